/** Why a model's scores deserve less trust when it also wrote the memories; the same words on every screen and in every report. */
export function judgeWarning(modelName: string): string {
  return `${modelName} judges answers from memories that it wrote itself, and models favour their own words. Let another model judge.`;
}
