/// What epochs train on, as the objective has it: a masked history for each training sample, or windows of the users' sequences.
struct TrainingRows {
  private let dataset: SequenceDataset
  private let randomness: Randomness
  private let kind: Kind
  private let epochsPerPass: Int

  private enum Kind {
    case histories(Masking)
    case windows(CausalWindows)
  }

  /// The number of rows of a pass over the training data.
  let count: Int

  init(_ dataset: SequenceDataset, _ configuration: Configuration, _ randomness: Randomness) {
    let network = configuration.network
    self.dataset = dataset
    epochsPerPass = configuration.training.epochsPerPass
    self.randomness = randomness
    switch network.objective {
    case .cloze:
      kind = .histories(Masking(network, itemCount: dataset.itemCount))
      count = dataset.train.count
    case .causal:
      let windows = CausalWindows(dataset, network)
      kind = .windows(windows)
      count = windows.count
    }
  }

  /// Some rows as a batch.
  ///
  /// - Parameter rows: Numbers from 0 to below `count`.
  /// - Parameter number: The batch's, in its epoch, counted from 0.
  func batch(_ rows: ArraySlice<Int32>, number: Int, epoch: Int) -> MaskedBatch {
    var batch = MaskedBatch()
    switch kind {
    case .windows(let windows):
      for row in rows { batch.append(windows.row(UInt32(row), pass: epoch / epochsPerPass, randomness)) }
    case .histories(let masking):
      let kind = masking.kind(batch: number, epoch: epoch, randomness)
      for row in rows {
        var sample = MaskedBatch.Sample(key: UInt32(row))
        masking.mask(
          dataset.history(of: dataset.train[Int(row)]), kind, key: sample.key, epoch: epoch, randomness,
          into: &sample.items, counted: &sample.targets)
        batch.append(sample)
      }
    }
    return batch
  }
}
