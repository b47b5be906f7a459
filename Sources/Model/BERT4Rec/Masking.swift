import Kernels

/// Selects the items of a history that are hidden from the network and must be predicted.
///
/// All histories of a batch are masked in the same way: either every item with probability `mask_ratio`, or only the last
/// item. Only masks after the first place count in the loss, and only the last M = floor(`mask_ratio` · L) random masks
/// of a history: RecBole stores places in lists of M and treats place 0 as padding.
///
/// Source: RecBole 1.2.1, `MaskItemSequence`; Sun et al., *BERT4Rec*, 2019, section 3.6.
package struct Masking {
  let maskRatio: Double
  let lastItemRatio: Double
  /// The mask's id, one past the last item.
  package let maskToken: Int32
  /// M: the maximum number of counted masks of a history, at least 1.
  package let capacity: Int
  let drawsNegatives: Bool

  package init(_ network: NetworkConfiguration, itemCount: Int) {
    maskRatio = network.maskRatio
    lastItemRatio = network.lastItemRatio
    maskToken = Int32(itemCount)
    capacity = network.mostCountedMasks
    drawsNegatives = network.loss == .pairwise
  }

  /// How the histories of a batch are masked.
  package enum Kind { case random, lastItem }

  /// Draws a batch's kind.
  package func kind(batch: Int, epoch: Int, _ randomness: Randomness) -> Kind {
    var stream = randomness.stream(.batchKind, UInt32(truncatingIfNeeded: batch), epoch: epoch)
    return stream.nextUniform() < lastItemRatio ? .lastItem : .random
  }

  /// Masks a history.
  ///
  /// - Parameter history: Item ids, oldest first; at least one.
  /// - Parameter masked: Output: the history with the mask's id in place of hidden items.
  /// - Parameter counted: Output: the masks that count in the loss; often none for a short history.
  /// - Parameter key: Identifies the sample for the random numbers.
  package func mask(
    _ history: ArraySlice<Int32>, _ kind: Kind, key: UInt32, epoch: Int, _ randomness: Randomness,
    into masked: inout [Int32], counted: inout [MaskedPosition]
  ) {
    var places: [Int] = []
    switch kind {
    case .lastItem: places = [history.count - 1]
    case .random:
      var stream = randomness.stream(.masks, key, epoch: epoch)
      for place in 0..<history.count where stream.nextUniform() < maskRatio { places.append(place) }
    }
    mask(history, at: places, into: &masked, counted: &counted)
    if drawsNegatives && !counted.isEmpty {
      var stream = randomness.stream(.negatives, key, epoch: epoch)
      for index in counted.indices {
        counted[index].negative = Self.negative(notIn: history, itemCount: Int(maskToken), using: &stream)
      }
    }
  }

  /// Masks a history at the given places, in increasing order.
  package func mask(
    _ history: ArraySlice<Int32>, at places: [Int], into masked: inout [Int32], counted: inout [MaskedPosition]
  ) {
    masked.removeAll(keepingCapacity: true)
    masked.append(contentsOf: history)
    counted.removeAll(keepingCapacity: true)
    for place in places { masked[place] = maskToken }
    for place in places.suffix(capacity) where place > 0 {
      counted.append(MaskedPosition(place: Int32(place), label: history[history.startIndex + place]))
    }
  }

  /// The network's input for a prediction: the history without its oldest item, even if it is short, followed by the mask.
  ///
  /// Source: RecBole 1.2.1, `reconstruct_test_data`.
  package static func input(_ history: ArraySlice<Int32>, maskToken: Int32) -> [Int32] {
    history.dropFirst() + [maskToken]
  }

  /// A uniformly drawn item that does not occur in the history.
  ///
  /// RecBole would search forever; if the history contains every item, any item is accepted after 10,000 draws.
  static func negative(
    notIn history: ArraySlice<Int32>, itemCount: Int, using stream: inout RandomStream
  ) -> Int32 {
    var item: Int32 = 1
    for _ in 0..<10_000 {
      item = 1 + Int32(stream.next(below: UInt32(itemCount - 1)))
      if !history.contains(item) { break }
    }
    return item
  }
}

extension NetworkConfiguration {
  /// M: the maximum number of masks of a history that count in the loss.
  fileprivate var mostCountedMasks: Int { max(1, Int((maskRatio * Double(maximumLength)).rounded(.down))) }

  /// The maximum number of places of a training row whose prediction counts.
  var mostTargetsPerRow: Int {
    switch objective {
    case .cloze: mostCountedMasks
    case .causal: maximumLength
    }
  }
}
