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
}
