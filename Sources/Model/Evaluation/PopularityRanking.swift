/// A ranking of the items by their frequency in training, the baseline that a model has to beat.
public struct PopularityRanking: Sendable {
  private let dataset: SequenceDataset

  /// Each item's place in the ranking, by id, counted from 1.
  private let places: [Int]

  /// Counts every training history item and target once per occurrence in its sequence; equal counts are ordered by id.
  public init(_ dataset: SequenceDataset) {
    self.dataset = dataset
    var counts = [Int](repeating: 0, count: dataset.itemCount)
    for sample in dataset.train {
      counts[Int(dataset.target(of: sample))] += 1
      // The first item of a sequence is never a target.
      if sample.length == 1, let first = dataset.history(of: sample).first { counts[Int(first)] += 1 }
    }
    let order = counts.indices.dropFirst().sorted { (counts[$1], $0) < (counts[$0], $1) }
    var places = [Int](repeating: 0, count: dataset.itemCount)
    for (place, item) in order.enumerated() { places[item] = place + 1 }
    self.places = places
  }

  /// The rank of each sample's target.
  ///
  /// - Parameter isRepeatable: Whether items that the user has had are ranked, too.
  public func ranks(of samples: [Sample], isRepeatable: Bool = true) -> [Int] {
    guard !isRepeatable else { return samples.map { places[Int(dataset.target(of: $0))] } }
    return zip(samples, SeenItems(dataset).items(before: samples)).map { sample, seen in
      let place = places[Int(dataset.target(of: sample))]
      return place - seen.count { places[Int($0)] < place }
    }
  }

  /// The number of samples whose target the user had had before.
  public func repeatCount(of samples: [Sample]) -> Int {
    zip(samples, SeenItems(dataset).items(before: samples)).count { sample, seen in
      seen.contains(dataset.target(of: sample))
    }
  }
}
