/** Options that say what is asked about, in the order of a form. */
export const DATA_OPTIONS = [
  ...['dataset', 'data', 'testData', 'splitFile', 'contextDocuments', 'contextSeed', 'asksAbstention'],
  ...['worldSeed', 'worlds', 'worldDifficulty', 'pairs', 'pairTrajectoriesMin', 'pairTrajectoriesMax'],
  ...['pairGames', 'pairSameType', 'gameSteps', 'gameQuery', 'sessionMode', 'chunkSize', 'chunkOverlap'],
] as const;
