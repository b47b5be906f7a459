/// The state of a training run, apart from parameters and moments, as stored in a checkpoint.
///
/// Random numbers need no state.
struct TrainingProgress: Codable, Equatable {
  /// The number of complete epochs trained, which is also the current epoch, counted from 0.
  var epoch = 0
  /// The number of completed batches of this epoch.
  var batch = 0
  /// The sum of this epoch's batch losses.
  var lossSum = 0.0
  /// The number of batches of this epoch that had a counted mask.
  var lossCount = 0
  /// The most recent finite batch loss.
  var lastLoss: Double?
  /// The epoch of the best validation, counted from 1; 0 before the first.
  var bestEpoch = 0
  var earlyStopping: EarlyStopping
  /// Whether there is no epoch left to train.
  var isOver = false

  init(patience: Int) { earlyStopping = EarlyStopping(patience: patience) }
}

extension TrainingProgress {
  /// Whether this state is possible, since a file may contain anything.
  ///
  /// - Parameter order: The order of the run's samples.
  func isPossible(in training: TrainingConfiguration, _ order: EpochOrder) -> Bool {
    0...training.epochs ~= epoch && (isOver || epoch < training.epochs) && 0...order.batchCount(of: epoch) ~= batch
      && 0...batch ~= lossCount && lossSum.isFinite && lastLoss?.isFinite ?? true && 0...epoch ~= bestEpoch
      && earlyStopping.isPossible(patience: training.patience)
  }
}
