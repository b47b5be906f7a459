/// The share of the trials' variance that each axis of a grid explains, alone and in pairs: a functional ANOVA.
///
/// The metric over the grid is the sum of a grand mean, main effects of single axes, additional effects of pairs, and of more axes
/// together; on a complete grid, their variances add up. The grid's values are categories, all equally
/// likely.
///
/// Source: Hutter, Hoos and Leyton-Brown, *An Efficient Approach for Assessing Hyperparameter Importance*, 2014, the
/// part on functional ANOVA, with the measured cells in place of a forest's predictions.
package struct Importance: Sendable, Equatable {
  /// A tuned parameter.
  package struct Axis: Sendable, Equatable {
    package let name: String
    package let valueCount: Int

    package init(name: String, valueCount: Int) {
      self.name = name
      self.valueCount = valueCount
    }
  }

  /// A finished trial.
  package struct Trial: Sendable, Equatable {
    /// For each axis, the index of the trial's value, from 0.
    package let levels: [Int]

    /// The metric for each user, the same users in all trials; or only its mean, in which case there are no intervals.
    package let values: [Double]

    package init(levels: [Int], values: [Double]) {
      self.levels = levels
      self.values = values
    }
  }

  /// The effect of one axis, or the additional effect of two together.
  package struct Effect: Sendable, Equatable {
    /// One name or two.
    package let axes: [String]

    /// The fraction of the measured variance of the trials, from 0 to 1.
    package let fraction: Double

    /// The same, estimated for the population of users; `nil` without values for each user.
    ///
    /// Sampling of the users spreads the cells' means by chance, and so adds to every variance. The expected addition is
    /// subtracted from the effect and from the total, which can change the fraction in either direction.
    package let population: Estimate?
  }

  /// A fraction and its confidence interval.
  package struct Estimate: Sendable, Equatable {
    package let fraction: Double
    package let interval: ConfidenceInterval
  }

  /// The main effects, in the order of the axes.
  package let mains: [Effect]

  /// The pairwise effects: first and second axis, first and third, and so on; empty if the trials do not determine them.
  package let pairs: [Effect]

  /// The fraction of everything else: interactions of three or more axes, and the residual of a fit.
  package let rest: Double

  /// The fraction of the trials' variance that sampling of users would cause if all cells were equally good; may exceed 1.
  package let noise: Double?

  /// For each axis, the mean of each of its values over all cells; `nil` for a value that no trial has.
  package let marginals: [[Double?]]

  /// Whether each cell has exactly one trial. If not, effects are fitted by least squares to the available trials, and a
  /// cell that is missing for a reason, such as divergence, is assumed to be as good as its axes suggest.
  package let isExact: Bool

  /// The number of resamples of the users; an interval excludes the 12 smallest and the 12 largest fractions.
  static let resampleCount = 500

  /// - Parameters:
  ///   - trials: The trials; those with a value that is not finite count as missing.
  ///   - seed: The seed of the resamples.
  /// - Returns: `nil` if the trials do not determine the axes' effects.
  package init?(axes: [Axis], trials: [Trial], seed: UInt64) {
    precondition(trials.allSatisfy { $0.levels.count == axes.count }, "a trial needs a level for each axis")
    let trials = trials.filter { $0.values.allSatisfy(\.isFinite) && !$0.values.isEmpty }
    guard let fit = FactorialFit(levels: trials.map(\.levels), valueCounts: axes.map(\.valueCount)) else { return nil }
    let means = trials.map(\.values.mean)
    let effects = fit.effects(of: means)
    let variances = fit.variances(of: means, effects)
    let noise = Self.noise(of: trials, fit)
    let estimates = noise.map { Self.estimates(variances, of: trials, fit, noise: $0, seed: seed) }
    let fractions = variances.terms.map { variances.total > 0 ? $0 / variances.total : 0 }
    func effect(_ term: Int, of axes: [String]) -> Effect {
      Effect(axes: axes, fraction: fractions[term], population: estimates?[term])
    }
    mains = axes.indices.map { effect($0, of: [axes[$0].name]) }
    pairs = fit.pairs.enumerated().map { effect(axes.count + $0, of: [axes[$1.first].name, axes[$1.second].name]) }
    rest = variances.total > 0 ? max(0, 1 - fractions.reduce(0, +)) : 0
    self.noise = noise.map { variances.total > 0 ? $0.total / variances.total : 0 }
    marginals = fit.marginals(effects)
    isExact = fit.isComplete
  }

  // MARK: - Users

  /// The expected addition to each variance by sampling of users.
  ///
  /// Each effect is linear in the cells' means, P ȳ, and over samples of n users
  ///
  ///     E ‖P ȳ‖² = ‖P μ‖² + E Σ ‖P (yᵤ − ȳ)‖² / (n (n − 1))
  ///
  /// - Returns: `nil` without at least two users.
  private static func noise(of trials: [Trial], _ fit: FactorialFit) -> FactorialFit.Variances? {
    let count = trials[0].values.count
    precondition(trials.allSatisfy { $0.values.count == count }, "all trials need the same users")
    guard count > 1 else { return nil }
    let means = trials.map(\.values.mean)
    var sum = FactorialFit.Variances(terms: [Double](repeating: 0, count: fit.termCount), total: 0)
    for user in 0..<count {
      let deviations = zip(trials, means).map { $0.values[user] - $1 }
      let variances = fit.variances(of: deviations, fit.effects(of: deviations))
      for term in sum.terms.indices { sum.terms[term] += variances.terms[term] }
      sum.total += variances.total
    }
    let scale = 1 / (Double(count) * Double(count - 1))
    return FactorialFit.Variances(terms: sum.terms.map { $0 * scale }, total: sum.total * scale)
  }

  /// Fractions without noise, with percentile intervals over resamples of the users.
  ///
  /// A resample's means contain the noise of sampling the users and, again, that of resampling them, so twice the noise is
  /// subtracted. In simulations of 24 cells and 943 users, plain and bias-corrected percentiles nearly always missed small
  /// fractions; these intervals covered them in at least 94 % of the cases.
  private static func estimates(
    _ variances: FactorialFit.Variances, of trials: [Trial], _ fit: FactorialFit, noise: FactorialFit.Variances,
    seed: UInt64
  ) -> [Estimate] {
    let count = trials[0].values.count
    let users = (0..<count).map { user in trials.map { $0.values[user] } }
    var generator = SplitMix64(seed, 0x616E_6F76)  // "anov"
    var resampled = [[Double]](repeating: [], count: fit.termCount)
    for _ in 0..<resampleCount {
      var weights = [Int](repeating: 0, count: count)
      for _ in 0..<count { weights[Int(generator.nextUniform() * Double(count))] += 1 }
      var means = [Double](repeating: 0, count: trials.count)
      for (user, weight) in zip(users, weights) where weight > 0 {
        let share = Double(weight) / Double(count)
        for trial in means.indices { means[trial] += share * user[trial] }
      }
      let variances = fit.variances(of: means, fit.effects(of: means))
      for (term, fraction) in variances.fractions(without: noise, times: 2).enumerated() {
        resampled[term].append(fraction)
      }
    }
    let outside = resampleCount / 40
    return zip(variances.fractions(without: noise, times: 1), resampled).map { fraction, resampled in
      let sorted = resampled.sorted()
      return Estimate(
        fraction: fraction,
        interval: ConfidenceInterval(low: sorted[outside], high: sorted[resampleCount - 1 - outside]))
    }
  }
}

extension FactorialFit.Variances {
  /// Each term's fraction of the total, from 0 to 1, after subtracting a multiple of the noise from both.
  fileprivate func fractions(without noise: Self, times multiple: Double) -> [Double] {
    let rest = total - multiple * noise.total
    return zip(terms, noise.terms).map { term, noise in
      let own = max(0, term - multiple * noise)
      return own < rest ? own / rest : own > 0 ? 1 : 0
    }
  }
}
