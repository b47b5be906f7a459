extension Evaluation {
  /// A trial of a study, as a sampler learns from it.
  struct Trial {
    let id: Int64
    let number: Int
    let hyperparameters: Hyperparameters
    let state: TrialState

    /// The best value so far.
    let value: Double?
  }

  /// The arrival of a trial at a rung of successive halving.
  struct Arrival {
    let trial: Int64
    let epoch: Int

    /// The best value until then.
    let value: Double?
  }

  /// What a sampler learns from a study's trials.
  ///
  /// With successive halving, trials are compared on the highest rung with enough of them. Values after different numbers of epochs are
  /// not comparable, and trials that did not get that far were worse than others that did.
  ///
  /// Source: Falkner, Klein and Hutter, *BOHB: Robust and Efficient Hyperparameter Optimization at Scale*, 2018, section 3.2.
  ///
  /// - Parameter arrivals: Reads the arrivals at rungs, if they are needed; `nil` without successive halving.
  static func history(
    of trials: [Trial], arrivals: (() throws -> [Arrival])?, _ direction: Direction
  ) rethrows -> [Evaluation] {
    let rung = try arrivals.flatMap { try rungToLearnFrom(trials, $0) }
    func outcome(_ value: Double?) -> Outcome { value.map { .loss(direction == .maximize ? -$0 : $0) } ?? .failed }
    return trials.map { trial in
      let outcome: Outcome =
        if let value = rung?[trial.id] {
          outcome(value)
        } else {
          switch trial.state {
          case .completed: outcome(trial.value)
          case .pruned: rung == nil ? outcome(trial.value) : .failed
          case .pending, .running: .running
          case .diverged, .failed: .failed
          }
        }
      return Evaluation(number: trial.number, hyperparameters: trial.hyperparameters, outcome: outcome)
    }
  }

  /// The values, by trial, on the highest rung with enough trials to learn from; the end of the training is the highest of all.
  private static func rungToLearnFrom(
    _ trials: [Trial], _ arrivals: () throws -> [Arrival]
  ) rethrows -> [Int64: Double?]? {
    let completed = trials.filter { $0.state == .completed }
    if completed.count >= TPESampler.startupCount {
      return Dictionary(completed.map { ($0.id, $0.value) }) { $1 }
    }
    let rungs = try Dictionary(grouping: arrivals(), by: \.epoch).filter { $0.value.count >= TPESampler.startupCount }
    return rungs.max { $0.key < $1.key }.map { Dictionary($0.value.map { ($0.trial, $0.value) }) { $1 } }
  }
}
