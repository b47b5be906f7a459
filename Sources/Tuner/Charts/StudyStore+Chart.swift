extension StudyStore {
  /// Everything that the charts show about a study, from one snapshot.
  ///
  /// Trials whose cell is no longer in the search space are omitted, as in a `Leaderboard`; so is the value of a diverged
  /// trial.
  public func chart(of study: Study) throws -> StudyChart {
    let definition = study.definition
    return try read { db in
      let selection = TrialSelection(of: study.id)
      let hyperparameters = try Self.allHyperparameters(of: selection, db)
      let metrics = try Self.allMetrics(of: selection, db)
      let curves = try Self.learningCurves(of: definition.validationMetric, selection, db)
      var parameters: [String] = []
      let trials = try Self.trials(selection, db).map { trial in
        let point = Hyperparameters(hyperparameters[trial.id] ?? [])
        for name in point.names where !parameters.contains(name) { parameters.append(name) }
        let metrics = metrics[trial.id] ?? []
        return StudyChart.Trial(
          number: trial.number, state: trial.state, value: trial.value(definition, metrics), parameters: point,
          curve: (curves[trial.id] ?? []).map { StudyChart.Point(epoch: $0.epoch, value: $0.value) },
          seconds: trial.seconds, metrics: metrics)
      }
      return StudyChart(definition, parameters: parameters, trials: trials)
    }
  }
}
