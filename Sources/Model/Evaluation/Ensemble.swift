import Kernels

/// Several networks that rank together, by the mean of their log-probabilities (`MeanLogProbability`).
public enum Ensemble {
  /// The ranks of held-out items by a set of networks with each of some others added to it.
  ///
  /// Padding does not compete; of equal items, the lower id ranks first. Scores are added in the order of the networks.
  ///
  /// - Parameter others: At least one.
  /// - Parameter members: The set, which may be empty.
  /// - Parameter split: The number of the split, as given to the members.
  /// - Parameter heldOut: The split's samples.
  /// - Parameter threads: Ranks do not depend on it.
  /// - Returns: For each of `others`, each sample's rank from 1, `Int.max` if the label's score is NaN; `nil` if stopped.
  public static func ranks(
    adding others: [EnsembleMember], to members: [EnsembleMember], split: Int, _ heldOut: HeldOut, threads: Int,
    shouldStop: () -> Bool = { false }
  ) -> [[Int]]? {
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
      make: { (number: Int) -> [[Int]]? in
        let scores = EnsembleScores(classes: all[0].classes, hiddenSizes: all.map(\.hiddenSize))
        var ranks = [[Int]](repeating: [], count: others.count)
        for samples in blocks[min(number * share, blocks.count)..<min((number + 1) * share, blocks.count)] {
          if shouldStop() { return nil }
          let own = Self.ranks(
            all.map { $0.part(split: split, samples) }, memberCount: members.count,
            labels: heldOut.labels[samples].map(Int.init), leavingOut: heldOut.seen.map { Array($0[samples]) }, scores)
          for (index, block) in own.enumerated() { ranks[index] += block }
        }
        return ranks
      })
    var ranks = [[Int]](repeating: [], count: others.count)
    for part in parts {
      guard let part else { return nil }
      for (index, own) in part.enumerated() { ranks[index] += own }
    }
    return ranks
  }

  /// The ranks of some labels by the first networks with each of the others.
  private static func ranks(
    _ parts: [EnsembleScores.Part], memberCount: Int, labels: [Int], leavingOut seen: [[Int32]]?,
    _ scores: EnsembleScores
  ) -> [[Int]] {
    var common = [Float](repeating: 0, count: labels.count)
    for part in parts.prefix(memberCount) {
      for (row, score) in scores.scores(of: labels, part).enumerated() { common[row] += score }
    }
    let targets = parts.dropFirst(memberCount).map { part in
      zip(common, scores.scores(of: labels, part)).map { $0 + $1 }
    }
    var above = [[Int]](repeating: [Int](repeating: 0, count: labels.count), count: targets.count)
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
          add(total[row], times: 1, to: own[row])
          let target = (id: label, score: targets[candidate][row])
          above[candidate][row] += countAbove(
            target.id, score: target.score, in: own[row], bias: zeros.row(count: items.count),
            firstItem: items.lowerBound)
          above[candidate][row] -= (seen?[row] ?? []).count { item in
            guard items.contains(Int(item)) else { return false }
            let score = own[row][Int(item) - items.lowerBound]
            return score > target.score || (score == target.score && item < target.id)
          }
        }
      }
    }
    return zip(above, targets).map { above, targets in zip(above, targets).map { $1.isNaN ? .max : $0 + 1 } }
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
