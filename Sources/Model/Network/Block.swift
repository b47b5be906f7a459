/// A few sequences at their true lengths, which pass through the network together.
///
/// Their positions are contiguous, without padding; a batch is a sequence of blocks. A block is small enough for
/// its activations to stay in the cache.
package struct Block {
  /// The positions of a sequence and its targets in the block.
  package struct Sequence {
    package let positions: Range<Int>
    package let targets: Range<Int>
    /// Identifies the sequence for the random numbers.
    let key: UInt32

    /// The rows of its outputs among those of the block.
    func rows(_ outputs: Outputs) -> Range<Int> { outputs == .everywhere ? positions : targets }
  }

  /// The places whose output is computed: the last layer's, and everything after it, is needed at the targets only.
  enum Outputs { case everywhere, atTargets }

  package private(set) var sequences: [Sequence] = []
  /// The masked item ids of all positions.
  package private(set) var items: [Int32] = []
  /// Each position's place in its sequence, from 0.
  package private(set) var places: [Int32] = []
  /// The positions whose output is needed.
  package private(set) var targetPositions: [Int32] = []
  /// Each target's place in its sequence, from 0.
  private(set) var targetPlaces: [Int32] = []
  /// The item to predict at each target.
  package private(set) var labels: [Int32] = []
  /// An item to rank below the label at each target; 0 when not drawn.
  package private(set) var negatives: [Int32] = []

  package var positionCount: Int { items.count }
  package var targetCount: Int { targetPositions.count }

  package init() {}

  package mutating func removeAll() {
    sequences.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    targetPositions.removeAll(keepingCapacity: true)
    targetPlaces.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
    negatives.removeAll(keepingCapacity: true)
  }

  /// Adds a sequence.
  ///
  /// - Parameter masked: Item ids, with the mask's id in place of hidden items; no padding.
  /// - Parameter targets: Places in the sequence, in increasing order.
  package mutating func append(_ masked: some Collection<Int32>, targets: [MaskedPosition], key: UInt32) {
    let first = items.count
    items.append(contentsOf: masked)
    for place in 0..<masked.count { places.append(Int32(place)) }
    let firstTarget = targetPositions.count
    for target in targets {
      targetPositions.append(Int32(first) + target.place)
      targetPlaces.append(target.place)
      labels.append(target.label)
      negatives.append(target.negative)
    }
    sequences.append(
      Sequence(positions: first..<items.count, targets: firstTarget..<targetPositions.count, key: key))
  }
}
