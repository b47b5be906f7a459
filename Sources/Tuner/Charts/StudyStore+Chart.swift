extension StudyStore {
  /// Everything that the charts show about a study, from one snapshot.
  ///
  /// Trials whose cell is no longer in the search space are omitted, as in a `Leaderboard`; so is the value of a diverged
  /// trial.
  ///
  /// - Parameter isRepeatable: The value of `repeatable` whose ranking counts; `nil` for the study's own. Learning curves are always of
  ///   the study's own.
  public func chart(of study: Study, isRepeatable: Bool? = nil) throws -> StudyChart {
    let definition = study.definition
    let ranking = definition.ranking(isRepeatable: isRepeatable)
    return try read { db in
      let other = ranking.isOwn ? nil : try OtherRanking(of: study, ranking, db)
      let selection = TrialSelection(of: study.id)
      let hyperparameters = try Self.allHyperparameters(of: selection, db)
      let metrics = try Self.allMetrics(of: selection, db)
      let curves = try Self.learningCurves(of: definition.validationMetric, selection, db)
      var parameters: [String] = []
      let trials = try Self.trials(selection, db).map { trial in
        let point = Hyperparameters(hyperparameters[trial.id] ?? [])
        for name in point.names where !parameters.contains(name) { parameters.append(name) }
        let recorded = metrics[trial.id] ?? []
        let metrics = other?.metrics(of: trial.id, as: recorded) ?? recorded
        return StudyChart.Trial(
          number: trial.number, state: trial.state, value: trial.value(definition, metrics, other), parameters: point,
          curve: (curves[trial.id] ?? []).map { StudyChart.Point(epoch: $0.epoch, value: $0.value) },
          seconds: trial.seconds, metrics: metrics)
      }
      return StudyChart(definition, ranking, parameters: parameters, trials: trials)
    }
  }
}
