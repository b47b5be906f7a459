/// Everything about a training run but its parameters and moments: what a checkpoint holds beside them.
///
/// Random numbers need no state, so this is all there is.
struct TrainingProgress: Codable, Equatable {
  /// Whole epochs trained; the one under way, counted from 0.
  var epoch = 0
  /// Batches of this epoch that are done.
  var batch = 0
  /// The sum of this epoch's batch losses.
  var lossSum = 0.0
  /// Batches of this epoch that had a counted mask.
  var lossCount = 0
  /// The last batch's loss that was a finite number.
  var lastLoss: Double?
  /// The epoch of the best validation, counted from 1; 0 before the first.
  var bestEpoch = 0
  var earlyStopping: EarlyStopping
  /// No epoch is left to train.
  var isOver = false

  init(patience: Int) { earlyStopping = EarlyStopping(patience: patience) }
}

extension TrainingProgress {
  /// Whether a run can have come here: a file may say anything.
  func isPossible(in training: TrainingConfiguration, batchCount: Int) -> Bool {
    0...training.epochs ~= epoch && (isOver || epoch < training.epochs) && 0...batchCount ~= batch
      && 0...batch ~= lossCount && lossSum.isFinite && lastLoss?.isFinite ?? true && 0...epoch ~= bestEpoch
      && earlyStopping.isPossible(patience: training.patience)
  }
}
