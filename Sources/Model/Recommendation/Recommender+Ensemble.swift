import Kernels

extension Recommender {
  /// The best items of each user by the mean log-probability of several networks, from their outputs.
  func topTogether(_ users: [UserHistory], _ scratch: Scratch) -> [[TopItems.Entry]] {
    guard let scores = scratch.scores, !users.isEmpty else { return [] }
    let count = scratch.networks.count
    var best = [TopItems](repeating: TopItems(capacity: max(1, min(request.top, allowedCount))), count: users.count)
    var means = [MeanLogProbability](repeating: MeanLogProbability(networks: count), count: users.count)
    let seen = request.isRepeatable ? [] : users.map { Set($0.seen).sorted() }
    var next = [Int](repeating: 0, count: seen.count)
    let zeros = FloatBuffer(count: EnsembleScores.itemsAtOnce)
    defer { withExtendedLifetime(zeros) {} }
    let parts = scratch.networks.enumerated().map { number, network in
      EnsembleScores.Part(outputs: scratch.outputs(of: number, users: users.count), items: network.headItems)
    }
    scores.forEachTile(parts) { items, number, own in
      let total = scores.total(targets: users.count, items: items.count)
      if number == 0 { total.fill(with: 0) }
      for user in users.indices {
        means[user].add(own[user], of: number, zeros: zeros.row(count: items.count))
        add(own[user], times: 1, to: total[user])
      }
      guard number == count - 1 else { return }
      for user in users.indices {
        if !seen.isEmpty {
          while next[user] < seen[user].count, seen[user][next[user]] < items.upperBound {
            total[user][Int(seen[user][next[user]]) - items.lowerBound] = .nan
            next[user] += 1
          }
        }
        best[user].add(
          total[user], bias: bias.all.slice(at: items.lowerBound, count: items.count), firstItem: items.lowerBound)
      }
    }
    return zip(best, means).map { best, mean in
      best.entries.map { TopItems.Entry(item: $0.item, score: mean.value(total: $0.score)) }
    }
  }
}
