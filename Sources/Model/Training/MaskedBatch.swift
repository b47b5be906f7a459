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

  /// The batch, divided in order into parts with about the same weight.
  ///
  /// Parts are what threads share out among themselves. Their gradients are added up one after the other, so how a batch is cut has to
  /// depend on the batch alone.
  ///
  /// - Parameter weight: The weight of a sample, at least 0.
  func parts(_ count: Int, weight: (Sample) -> Double) -> [ArraySlice<Sample>] {
    let weights = samples.map(weight)
    let total = weights.reduce(0, +)
    var parts: [ArraySlice<Sample>] = []
    var start = 0
    var sum = 0.0
    for (index, weight) in weights.enumerated() {
      sum += weight
      if sum * Double(count) >= total * Double(parts.count + 1) {
        parts.append(samples[start...index])
        start = index + 1
      }
    }
    return parts
  }
}
