import Literals

extension StudyContents {
  // MARK: - Nothing forgotten

  /// The points that the search space and the sampler give are all trials, and each trial is such a point.
  ///
  /// - Parameter isPossible: Returns whether the study may have a point.
  func checkCells(_ check: inout Verification.Check, where isPossible: (Hyperparameters) -> Bool) throws {
    checkNumbers(&check)
    let space = try SearchSpace(parsing: definition.searchSpace, file: study.name)
    let trials = originals
    let known = Dictionary(trials.map { ($0.hyperparameters.canonical, $0) }) { first, _ in first }
    for trial in trials where trial.isActive && !space.contains(trial.hyperparameters) {
      check.fail(
        trial.place, found: "values outside the search space: \(trial.hyperparameters)",
        expected: "a point of the study's search space, or a shelved trial")
    }
    for trial in trials where trial.isActive && !isPossible(trial.hyperparameters) {
      check.fail(
        trial.place, found: "a configuration that cannot be trained: \(trial.hyperparameters)",
        expected: "no trial of it, since the study leaves impossible configurations out")
    }
    let expected: [Hyperparameters]
    switch definition.sampler {
    case .grid: expected = try space.grid().filter(isPossible)
    case .shuffledGrid: expected = try space.shuffledGrid(seed: definition.seed).filter(isPossible)
    case .random:
      expected = RandomSampler(space, seed: definition.seed).draws(definition.trialLimit ?? 0, where: isPossible)
    case .tpe: expected = []
    }
    let names = Set(expected.map(\.canonical))
    // When points are drawn, each other point that was there before replaces one draw.
    let others = trials.filter { $0.isActive && !names.contains($0.hyperparameters.canonical) }.count
    let missing = expected.filter { known[$0.canonical] == nil }
    if missing.count > (definition.sampler == .random ? others : 0) {
      for cell in missing {
        check.fail(
          "search space", found: "no trial for \(cell)",
          expected: "a trial for every configuration; this one is missing")
      }
    }
    checkActivity(of: expected, known, others: others, &check)
    let active = trials.filter(\.isActive)
    let ended = active.filter(\.state.isEnded).count
    let source = definition.sampler.draws ? "of at most \(definition.trialLimit ?? 0)" : "of \(expected.count)"
    check.summary =
      "\(active.count.counting("cell")) \(source) (\(definition.sampler.rawValue)), \(ended) ended, "
      + "\(active.count - ended) to go, none missing"
    let shelved = trials.count - active.count
    if shelved > 0 { check.notes.append("\(shelved.counting("trial")) shelved") }
  }

  /// Trials are numbered without a gap: none is ever taken out of a study.
  private func checkNumbers(_ check: inout Verification.Check) {
    var next = 1
    for trial in trials {
      if trial.number > next {
        let gap = next == trial.number - 1 ? "trial \(next)" : "trials \(next) to \(trial.number - 1)"
        check.fail(study.name, found: "no \(gap)", expected: "numbers without gaps; rows have been deleted")
      }
      next = trial.number &+ 1
    }
  }

  /// Checks that no requested point is shelved, unless the search has ended early.
  private func checkActivity(
    of expected: [Hyperparameters], _ known: [String: Trial], others: Int, _ check: inout Verification.Check
  ) {
    if let limit = definition.trialLimit, definition.sampler == .tpe {
      let count = originals.filter(\.isActive).count
      // There can be more only if they had started before the limit was reduced.
      let begun = originals.filter { $0.isActive && $0.attempt > 0 }.count
      if count > max(limit, begun) {
        check.fail(study.name, found: "\(count) trials", expected: "at most \(limit), the study's limit")
      }
    }
    guard definition.earlyStop == nil else { return }
    let aside = expected.compactMap { known[$0.canonical] }.filter { !$0.isActive }
    if aside.count > (definition.sampler == .random ? others : 0) {
      for trial in aside {
        check.fail(
          trial.place, found: "a shelved trial",
          expected: "an active one, since the search space contains its configuration")
      }
    }
  }

  // MARK: - Nothing twice

  /// Checks that fingerprints and configurations follow from the parameters, and that no two trials are the same.
  func checkConfigurations(_ check: inout Verification.Check) {
    let isHashRight = checkFixedConfiguration(&check)
    var seen: [String: Int] = [:]
    var strangers: [Int] = []
    let byID = Dictionary(trials.map { ($0.id, $0) }) { $1 }
    for trial in trials {
      let cell = trial.hyperparameters
      checkParameters(of: trial, &check)
      let key = "\(cell.canonical)\(trial.repetition)"
      if let first = seen.updateValue(trial.number, forKey: key) {
        check.fail(
          trial.place, found: "the same configuration as trial \(first): \(cell)", expected: "each configuration once")
      }
      if definition.fingerprint(of: cell, repetition: trial.repetition) != trial.fingerprint {
        strangers.append(trial.number)
      }
      checkRepeat(trial, byID, &check)
    }
    if strangers.count > 1, strangers.count == trials.count {
      // All have one cause; if it is the fixed configuration, that has already been reported.
      if isHashRight {
        check.fail(
          "study '\(study.name)'", found: "no trial with a matching fingerprint",
          expected:
            "the dataset hash, seed and numeric version with which its trials were created; one has been changed")
      }
    } else {
      for number in strangers {
        check.fail(
          "trial \(number)", found: "a fingerprint that does not match its parameters",
          expected: "the one computed from parameters, dataset hash, fixed configuration, seed and numeric version")
      }
    }
    check.summary = "\(trials.count.counting("trial")), each configuration once, fingerprints recomputed"
  }

  private func checkFixedConfiguration(_ check: inout Verification.Check) -> Bool {
    guard definition.fixedConfigurationHash != fixedConfigurationHash else { return true }
    check.fail(
      "study '\(study.name)'", found: "a fixed configuration that does not match its stored hash",
      expected: "the settings with which its trials were trained; one has been changed")
    return false
  }

  private func checkParameters(of trial: Trial, _ check: inout Verification.Check) {
    let cell = trial.hyperparameters
    if trial.configuration != cell.json {
      check.fail(
        trial.place, found: "configuration \(trial.configuration)", expected: "\(cell.json), as in its parameters")
    }
    if positions[trial.id] ?? [] != Array(1..<cell.pairs.count + 1) {
      check.fail(trial.place, found: "a missing parameter", expected: "positions without gaps")
    }
    for (pair, value) in zip(cell.pairs, values[trial.id] ?? []) where pair.value.sqlValue != value {
      check.fail(
        trial.place, found: "\(pair.name) with the value \(value) and the literal \(pair.value.python)",
        expected: "the same in both")
    }
  }

  private func checkRepeat(_ trial: Trial, _ byID: [Int64: Trial], _ check: inout Verification.Check) {
    guard let id = trial.repeatOf else { return }
    if let original = byID[id], original.repetition == 0,
      original.hyperparameters.canonical == trial.hyperparameters.canonical
    {
      return
    }
    check.fail(
      trial.place, found: "a repeat of another configuration", expected: "the parameters of the repeated trial")
  }
}
