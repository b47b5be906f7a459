/// The samples of a batch after masking. Samples without a counted mask are omitted, since they have no loss and no gradient.
struct MaskedBatch {
  struct Sample {
    var items: [Int32] = []
    var targets: [MaskedPosition] = []
    let key: UInt32
  }

  private(set) var samples: [Sample] = []
  private(set) var targetCount = 0
  private(set) var positionCount = 0

  mutating func append(_ sample: Sample) {
    guard !sample.targets.isEmpty else { return }
    samples.append(sample)
    targetCount += sample.targets.count
    positionCount += sample.items.count
  }

  /// The batch, divided in order into parts with about the same number of positions.
  ///
  /// Parts are what threads share out among themselves. Their gradients are added up one after the other, so how a batch is cut has to
  /// depend on the batch alone.
  func parts() -> [ArraySlice<Sample>] {
    let count = Self.partCount(positions: positionCount)
    var parts: [ArraySlice<Sample>] = []
    var start = 0
    var positions = 0
    for (index, sample) in samples.enumerated() {
      positions += sample.items.count
      if positions * count >= positionCount * (parts.count + 1) {
        parts.append(samples[start...index])
        start = index + 1
      }
    }
    return parts
  }

  /// One part for every 8,192 positions, but at most eight.
  static func partCount(positions: Int) -> Int { max(1, min(8, positions / 8192)) }
}
