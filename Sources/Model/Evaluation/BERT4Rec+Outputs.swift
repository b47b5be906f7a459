import Kernels

extension BERT4Rec {
  /// Computes the head's output for the item after each history; returns `false` if stopped.
  ///
  /// - Parameter histories: None is empty, and none is longer than the network's positions.
  /// - Parameter outputs: `[histories, hidden]`, written.
  func outputs(
    after histories: some Collection<ArraySlice<Int32>>, into outputs: Matrix, shouldStop: () -> Bool
  ) -> Bool {
    var block = Block()
    var row = 0
    func flush() -> Bool {
      guard block.targetCount > 0 else { return true }
      guard let head = forward(block, .none, shouldStop: shouldStop) else { return false }
      outputs.rows(from: row, count: head.rows).copy(from: head)
      row += head.rows
      block.removeAll()
      return true
    }
    for history in histories {
      let input = input(after: history)
      if !blockSize.fits(length: input.count, targets: 1, in: block) {
        guard flush() else { return false }
      }
      // There is no label to compare with.
      block.append(input, targets: [MaskedPosition(place: Int32(input.count - 1), label: 0)], key: 0)
    }
    return flush()
  }

  /// The network's input for a prediction, which its last place makes.
  private func input(after history: ArraySlice<Int32>) -> [Int32] {
    switch configuration.objective {
    case .cloze: Masking.input(history, maskToken: Int32(itemCount))
    case .causal: Array(history)
    }
  }
}
