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

  /// The rankings of the samples' targets, as a configuration asks for them.
  public func rankings(of samples: [Sample], _ evaluation: EvaluationConfiguration) -> Rankings {
    let ranks = ranks(of: samples, isRepeatable: evaluation.isRepeatable)
    let cutoffs = evaluation.listCutoffs
    guard !cutoffs.isEmpty || evaluation.needsCandidateCounts else { return Rankings(ranks: ranks) }
    let labels = samples.map { dataset.target(of: $0) }
    let seen = evaluation.isRepeatable ? nil : SeenItems(dataset).items(before: samples)
    var lists = cutoffs.isEmpty ? nil : ListCounts(cutoffs: cutoffs, itemCount: dataset.itemCount)
    if let length = lists?.length {
      let order = places.indices.dropFirst().sorted { places[$0] < places[$1] }.map { Int32($0) }
      for (index, label) in labels.enumerated() {
        let hidden = Set(seen?[index] ?? []).subtracting([label])
        lists?.add(order.lazy.filter { !hidden.contains($0) }.prefix(length))
      }
    }
    return Rankings(
      ranks: ranks,
      candidateCounts: evaluation.needsCandidateCounts
        ? seen.map { SeenItems.candidateCounts(labels, leavingOut: $0, itemCount: dataset.itemCount) } : nil,
      lists: lists)
  }

  /// The number of samples whose target the user had had before.
  public func repeatCount(of samples: [Sample]) -> Int {
    zip(samples, SeenItems(dataset).items(before: samples)).count { sample, seen in
      seen.contains(dataset.target(of: sample))
    }
  }
}
