extension StudyStore {
  /// The learning curves of a metric, by trial; trials without one are omitted.
  ///
  /// - Parameter metric: A name as learning curves have it, such as `valid.mrr@10` or `train.loss`.
  package func curves(of metric: String, in study: Study) throws -> [Int: [StudyChart.Point]] {
    try read { db in
      let selection = TrialSelection(of: study.id)
      let curves = try Self.learningCurves(of: metric, selection, db)
      var named: [Int: [StudyChart.Point]] = [:]
      for trial in try Self.trials(selection, db) {
        named[trial.number] = curves[trial.id]?.map { StudyChart.Point(epoch: $0.epoch, value: $0.value) }
      }
      return named
    }
  }
}
