extension StudyStore {
  /// Everything that the charts show about a study, from one snapshot.
  ///
  /// Trials whose cell is no longer in the search space are omitted, as in a `Leaderboard`; so is the value of a diverged trial.
  public func chart(of study: Study) throws -> StudyChart {
    let definition = study.definition
    return try read { db in
      let selection = TrialSelection(of: study.id)
      let hyperparameters = try Self.allHyperparameters(of: selection, db)
      let metrics = try Self.allMetrics(of: selection, db)
      var curves: [Int64: [StudyChart.Point]] = [:]
      try db.each(
        """
        SELECT trial_id, epoch, value FROM learning_curve WHERE trial_id IN (\(selection.sql)) AND metric = ?
        ORDER BY trial_id, epoch
        """, selection.arguments + [definition.validationMetric]
      ) { row in
        curves[try row["trial_id"], default: []].append(
          StudyChart.Point(epoch: try row["epoch"], value: try row["value"]))
      }
      var parameters: [String] = []
      let trials = try db.rows(
        """
        SELECT id, ordinal, state, best_value, training_seconds FROM trial WHERE id IN (\(selection.sql))
        ORDER BY ordinal
        """, selection.arguments
      ).map { row in
        let (id, state) = (try row["id"] as Int64, TrialState(rawValue: try row["state"]) ?? .failed)
        let point = Hyperparameters(hyperparameters[id] ?? [])
        for name in point.names where !parameters.contains(name) { parameters.append(name) }
        let value = Self.value(try row["best_value"], of: state, metrics[id] ?? [], definition)
        return StudyChart.Trial(
          number: try row["ordinal"], state: state, value: state == .diverged ? nil : value,
          parameters: point, curve: curves[id] ?? [],
          seconds: try row["training_seconds"], metrics: metrics[id] ?? [])
      }
      return StudyChart(definition, parameters: parameters, trials: trials)
    }
  }
}
