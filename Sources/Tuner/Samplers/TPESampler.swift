/// Proposes points that are more likely among good trials than among others: a tree-structured Parzen estimator.
///
/// The finished trials are split at a quantile of their loss. With *l* the density of the good points and *g* that of
/// all others, 24 candidates are drawn from *l*, and the one with the largest *l(x) / g(x)* is the proposal; this
/// maximizes the expected improvement. The first ten trials come from the random sampler.
///
/// A running trial counts as one of the others, which keeps the proposals of parallel workers apart (constant liar).
/// So does a failed one. Points outside the space are ignored.
///
/// Sources: Bergstra, Bardenet, Bengio and Kégl, *Algorithms for Hyper-Parameter Optimization*, 2011, section 4; Watanabe,
/// *Tree-Structured Parzen Estimator: Understanding Its Algorithm Components and Their Roles*, 2023,
/// <https://arxiv.org/abs/2304.11127>. `docs/samplers.md` has measurements.
public struct TPESampler: Sendable {
  private let seed: UInt64
  private let random: RandomSampler
  private let coordinates: Coordinates

  /// As in Optuna 5, like the three settings below.
  static let startupCount = 10
  private static let goodShare = 0.1
  private static let mostGood = 25
  private static let candidateCount = 24

  /// The maximum number of draws for each candidate, if points are taken or impossible.
  private static let drawsPerCandidate = 10

  public init(_ space: SearchSpace, seed: Int) {
    self.seed = UInt64(bitPattern: Int64(seed))
    random = RandomSampler(space, seed: seed)
    coordinates = Coordinates(space)
  }

  /// Proposes the point of a trial, as a function of the space, the seed, the number and the history.
  ///
  /// Takes time proportional to the number of trials in the history times the number of parameters.
  ///
  /// - Parameter number: The trial's, from 0.
  /// - Parameter history: The other trials in any order.
  /// - Parameter isPossible: Whether a point may be proposed.
  /// - Returns: A possible point that no trial in the history has, or `nil` if there is none or none is found.
  public func propose(
    number: Int, history: [Evaluation], where isPossible: (Hyperparameters) -> Bool = { _ in true }
  ) -> Hyperparameters? {
    let trials = history.sorted { $0.number < $1.number }.compactMap { evaluation in
      coordinates.encode(evaluation.hyperparameters).map { Trial(point: $0, outcome: evaluation.outcome) }
    }
    let taken = Set(trials.map(\.point))
    if let count = random.count, taken.count >= count { return nil }
    guard trials.count(where: { $0.outcome != .running }) >= Self.startupCount else {
      return firstFree(from: number, taken, isPossible)
    }
    return mostPromising(number, after: trials, taken: taken, isPossible: isPossible)
      ?? firstFree(from: number, taken, isPossible)
  }

  /// A trial whose point is in the space.
  private struct Trial {
    let point: [Double]
    let outcome: Evaluation.Outcome

    /// The loss, if it is known and finite.
    var loss: Double? { if case .loss(let loss) = outcome, loss.isFinite { loss } else { nil } }
  }

  /// The random sampler's draw with this number or, if that is taken or impossible, the next one that is neither.
  private func firstFree(
    from number: Int, _ taken: Set<[Double]>, _ isPossible: (Hyperparameters) -> Bool
  ) -> Hyperparameters? {
    // Of this many draws, at least `RandomSampler.patience` are free: the number after which a random search gives up.
    let most = min(random.count ?? .max, taken.count + RandomSampler.patience)
    for offset in 0..<most {
      let point = random.draw(random.count.map { (number % $0 + offset) % $0 } ?? number + offset)
      if isFree(point, taken), isPossible(point) { return point }
    }
    return nil
  }

  /// The best of the candidates that are free and possible, or `nil` if there is none.
  private func mostPromising(
    _ number: Int, after trials: [Trial], taken: Set<[Double]>, isPossible: (Hyperparameters) -> Bool
  ) -> Hyperparameters? {
    let (good, other) = estimators(trials)
    var generator = SplitMix64(seed, RandomStream.proposal.rawValue, UInt64(number))
    var best: (point: Hyperparameters, score: Double)?
    var candidateCount = 0
    for _ in 0..<Self.candidateCount * Self.drawsPerCandidate where candidateCount < Self.candidateCount {
      let coordinates = good.draw(using: &generator)
      let point = self.coordinates.decode(coordinates)
      guard isFree(point, taken), isPossible(point) else { continue }
      candidateCount += 1
      let score = good.logDensity(coordinates) - other.logDensity(coordinates)
      if best.map({ score > $0.score }) ?? true { best = (point, score) }
    }
    return best?.point
  }

  /// Whether no trial has the point. A repeated point would add no trial, and the search would wait for it forever.
  private func isFree(_ point: Hyperparameters, _ taken: Set<[Double]>) -> Bool {
    coordinates.encode(point).map { !taken.contains($0) } ?? (random.count == nil)
  }

  private func estimators(_ trials: [Trial]) -> (good: ParzenEstimator, other: ParzenEstimator) {
    let finishedCount = trials.count { $0.outcome != .running }
    let goodCount = min(Int((Self.goodShare * Double(finishedCount)).rounded(.up)), Self.mostGood)
    // Among equal losses, the one of the earlier trial is better.
    let ranked = trials.indices.compactMap { index in trials[index].loss.map { (loss: $0, index: index) } }
      .sorted { $0 < $1 }
    let good = ranked.prefix(goodCount)
    let goodIndices = Set(good.map(\.index))
    let others = trials.indices.filter { !goodIndices.contains($0) }.map { trials[$0].point }
    let threshold = ranked.dropFirst(goodCount).first?.loss
    return (
      ParzenEstimator(
        coordinates.axes, points: good.map { trials[$0.index].point },
        weights: weights(of: good.map(\.loss), threshold: threshold)),
      ParzenEstimator(coordinates.axes, points: others, weights: others.map { _ in 1 })
    )
  }

  /// Weights good points by how far they are below the threshold; the average is 1.
  ///
  /// Source: Watanabe, 2023, section 3, the weights named after the expected improvement; the threshold here is the
  /// lowest loss that is not good.
  private func weights(of losses: [Double], threshold: Double?) -> [Double] {
    // Uses halves, since the difference of two 64-bit numbers may overflow.
    let gains = losses.map { loss in threshold.map { $0 / 2 - loss / 2 } ?? 0 }
    guard let largest = gains.max(), largest > 0 else { return losses.map { _ in 1 } }
    let shares = gains.map { $0 / largest }
    let mean = shares.reduce(0, +) / Double(shares.count)
    return shares.map { $0 / mean }
  }
}
