import Kernels

/// Several networks that rank together, by the mean of their log-probabilities (`MeanLogProbability`).
public enum Ensemble {
  /// The ranks of held-out items by a set of networks with each of some others added to it; see `rankings`.
  public static func ranks(
    adding others: [EnsembleMember], to members: [EnsembleMember], split: Int, _ heldOut: HeldOut, threads: Int,
    shouldStop: () -> Bool = { false }
  ) -> [[Int]]? {
    rankings(
      adding: others, to: members, split: split, heldOut, for: EvaluationConfiguration(), threads: threads,
      shouldStop: shouldStop)?.map(\.ranks)
  }

  /// The rankings of held-out items by a set of networks with each of some others added to it.
  ///
  /// Padding does not compete; of equal items, the lower id ranks first. Scores are added in the order of the networks.
  ///
  /// - Parameter others: At least one.
  /// - Parameter members: The set, which may be empty.
  /// - Parameter split: The number of the split, as given to the members.
  /// - Parameter heldOut: The split's samples.
  /// - Parameter evaluation: Says which metrics will be computed.
  /// - Parameter threads: Rankings do not depend on it.
  /// - Returns: For each of `others`, its rankings; `nil` if stopped.
  public static func rankings(
    adding others: [EnsembleMember], to members: [EnsembleMember], split: Int, _ heldOut: HeldOut,
    for evaluation: EvaluationConfiguration, threads: Int, shouldStop: () -> Bool = { false }
  ) -> [Rankings]? {
    let all = members + others
    precondition(!others.isEmpty && all.allSatisfy { $0.classes == all[0].classes }, "networks of other items")
    let sampleCount = heldOut.labels.count
    let blocks = stride(from: 0, to: sampleCount, by: EnsembleScores.mostTargets).map {
      $0..<min($0 + EnsembleScores.mostTargets, sampleCount)
    }
    let count = max(1, min(threads, blocks.count))
    let share = (blocks.count + count - 1) / count
    let parts = inParallel(
      count,
      make: { (number: Int) -> [Ranked]? in
        let scores = EnsembleScores(classes: all[0].classes, hiddenSizes: all.map(\.hiddenSize))
        var ranked = others.map { _ in Ranked(evaluation, classes: all[0].classes) }
        for samples in blocks[min(number * share, blocks.count)..<min((number + 1) * share, blocks.count)] {
          if shouldStop() { return nil }
          rank(
            all.map { $0.part(split: split, samples) }, memberCount: members.count,
            labels: heldOut.labels[samples].map(Int.init), leavingOut: heldOut.seen.map { Array($0[samples]) }, scores,
            into: &ranked)
        }
        return ranked
      })
    var ranked = others.map { _ in Ranked(evaluation, classes: all[0].classes) }
    for part in parts {
      guard let part else { return nil }
      for (index, own) in part.enumerated() { ranked[index] += own }
    }
    let counts = evaluation.needsCandidateCounts ? heldOut.candidateCounts(classes: all[0].classes) : nil
    return ranked.map { Rankings(ranks: $0.ranks, candidateCounts: counts, lists: $0.lists) }
  }

  /// What is known of one candidate's rankings so far.
  private struct Ranked: Sendable {
    /// `Int.max` if the label's score is NaN.
    var ranks: [Int] = []

    /// `nil` unless a metric needs them.
    var lists: ListCounts?

    init(_ evaluation: EvaluationConfiguration, classes: Int) {
      let cutoffs = evaluation.listCutoffs
      lists = cutoffs.isEmpty ? nil : ListCounts(cutoffs: cutoffs, itemCount: classes)
    }

    static func += (all: inout Self, more: Self) {
      all.ranks += more.ranks
      if let lists = more.lists { all.lists? += lists }
    }
  }

  /// Adds the rankings of some labels by the first networks with each of the others.
  private static func rank(
    _ parts: [EnsembleScores.Part], memberCount: Int, labels: [Int], leavingOut seen: [[Int32]]?,
    _ scores: EnsembleScores, into ranked: inout [Ranked]
  ) {
    var common = [Float](repeating: 0, count: labels.count)
    for part in parts.prefix(memberCount) {
      for (row, score) in scores.scores(of: labels, part).enumerated() { common[row] += score }
    }
    let targets = parts.dropFirst(memberCount).map { part in
      zip(common, scores.scores(of: labels, part)).map { $0 + $1 }
    }
    var above = [[Int]](repeating: [Int](repeating: 0, count: labels.count), count: targets.count)
    var tops = ranked.map { ranked in
      ranked.lists.map { [TopItems](repeating: TopItems(capacity: $0.length), count: labels.count) }
    }
    let zeros = FloatBuffer(count: EnsembleScores.itemsAtOnce)
    defer { withExtendedLifetime(zeros) {} }
    scores.forEachTile(parts) { items, number, own in
      let total = scores.total(targets: labels.count, items: items.count)
      if number == 0 { total.fill(with: 0) }
      for (row, label) in labels.enumerated() {
        if number < memberCount {
          add(own[row], times: 1, to: total[row])
        } else {
          let candidate = number - memberCount
          let bias = zeros.row(count: items.count)
          add(total[row], times: 1, to: own[row])
          let target = (id: label, score: targets[candidate][row])
          above[candidate][row] += countAbove(
            target.id, score: target.score, in: own[row], bias: bias, firstItem: items.lowerBound)
          for item in seen?[row] ?? [] where items.contains(Int(item)) {
            let score = own[row][Int(item) - items.lowerBound]
            if score > target.score || (score == target.score && item < target.id) { above[candidate][row] -= 1 }
            if tops[candidate] != nil, item != label { own[row][Int(item) - items.lowerBound] = .nan }
          }
          tops[candidate]?[row].add(own[row], bias: bias, firstItem: items.lowerBound)
        }
      }
    }
    for index in ranked.indices {
      ranked[index].ranks += zip(above[index], targets[index]).map { $1.isNaN ? .max : $0 + 1 }
      for top in tops[index] ?? [] { ranked[index].lists?.add(top.entries.map(\.item)) }
    }
  }
}

extension SequenceDataset {
  /// Whether networks trained on this dataset and another one can rank together: the same users and items under the same ids, and the same
  /// held-out items in the same order. Histories may have other lengths.
  public func hasSameTask(as other: SequenceDataset) -> Bool {
    func pairs(_ samples: [Sample], in dataset: SequenceDataset) -> [[Int32]] {
      samples.map { [$0.user, dataset.target(of: $0)] }
    }
    return itemTokens == other.itemTokens && userTokens == other.userTokens
      && pairs(valid, in: self) == pairs(other.valid, in: other)
      && pairs(test, in: self) == pairs(other.test, in: other)
  }
}
