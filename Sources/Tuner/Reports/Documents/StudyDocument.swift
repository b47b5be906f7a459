/// A study in a list of studies, for programs.
package struct StudyDocument: Encodable, Sendable {
  package let study, model, dataset, metric: String

  /// `finished`, `running` or `interrupted`.
  package let state: String

  /// The time in UTC.
  package let created: String
  package let trials, ended: Int
  private let completed, pruned, diverged, failed, pending, running, shelved: Int

  /// The best trial so far and its value; `nil` if no trial has a value.
  package let bestTrial: Int?
  package let bestValue: Double?

  /// The bytes of all saved states, and of those of pruned trials, which can be freed.
  package let stateBytes, prunedStateBytes: Int

  package init(_ summary: StudySummary) {
    let (definition, counts) = (summary.study.definition, summary.counts)
    study = definition.name
    model = definition.model
    dataset = definition.dataset
    metric = definition.metric
    created = summary.study.createdAt
    state = summary.isOver ? "finished" : counts.running > 0 ? "running" : "interrupted"
    trials = counts.total
    ended = counts.ended
    completed = counts.completed
    pruned = counts.pruned
    diverged = counts.diverged
    failed = counts.failed
    pending = counts.pending
    running = counts.running
    shelved = counts.shelved
    bestTrial = summary.best?.trial
    bestValue = summary.best?.value
    stateBytes = summary.states.total
    prunedStateBytes = summary.states.prunedBytes
  }
}
