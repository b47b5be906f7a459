/// The arithmetic of training on one history: the floating-point operations of its matrix products, forward once and backward twice.
struct HistoryWork {
  private let shape: BERT4RecShape
  private let candidates: Double
  /// The logits of a large catalog are computed a second time for the gradient; see `ItemHead`.
  private let logitsAgain: Double

  init(_ network: NetworkConfiguration, _ shape: BERT4RecShape) {
    self.shape = shape
    candidates = TrainingWork.candidates(network, itemCount: shape.itemCount)
    let isTwice = network.loss == .crossEntropy && shape.itemCount > ItemHead.mostItemsAtOnce
    logitsAgain = isTwice ? shape.scoreOperations(candidates: candidates) : 0
  }

  /// - Parameter length: The number of items.
  /// - Parameter targets: The number of places with a loss.
  func operations(length: Int, targets: Double) -> Double {
    3 * shape.operations(length: Double(length), targets: targets, candidates: candidates) + logitsAgain * targets
  }
}
