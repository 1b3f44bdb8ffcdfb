/** What an option is called in forms, tables and figures. */

const SHORT_FORMS: Readonly<Record<string, string>> = {
  ppo: 'PPO',
  gae: 'GAE',
  kl: 'KL',
  k: 'K',
  p: 'P',
  gpu: 'GPU',
  gib: 'GiB',
};

/** `outerEpochs` as "Outer epochs". */
export function optionWords(name: string): string {
  const words = name
    .replace(/^is(?=[A-Z])/u, '')
    .split(/(?=[A-Z])/u)
    .map((word) => SHORT_FORMS[word.toLowerCase()] ?? word.toLowerCase());
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
