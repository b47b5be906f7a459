extension StudyStore {
  /// Everything that the charts show about a study, from one snapshot.
  ///
  /// Trials whose cell is no longer in the search space are omitted, as in a `Leaderboard`; so is the value of a diverged
  /// trial.
  ///
  /// - Parameter isRepeatable: The value of `repeatable` whose ranking counts; `nil` for the study's own. Learning curves are always of
  ///   the study's own.
  /// - Parameter recipe: How to train a point of the study again; asked for the best trials.
  public func chart(
    of study: Study, isRepeatable: Bool? = nil, recipe: @escaping (Hyperparameters) -> StudyChart.Recipe? = { _ in nil }
  ) throws -> StudyChart {
    try StudyChartReader(self, study, isRepeatable: isRepeatable, recipe: recipe).chart()
  }

  /// The learning curves of a metric such as `valid.mrr@10`, by the trials' numbers.
  package func learningCurves(of metric: String, in study: Study) throws -> [Int: [StudyChart.Point]] {
    try read { db in
      let selection = TrialSelection(of: study.id)
      let curves = try Self.learningCurves(of: metric, selection, db)
      let numbers = try Self.trials(selection, db).map { ($0.number, $0.id) }
      return Dictionary(
        uniqueKeysWithValues: numbers.compactMap { number, id in
          curves[id].map { (number, $0.map { StudyChart.Point(epoch: $0.epoch, value: $0.value) }) }
        })
    }
  }
}
