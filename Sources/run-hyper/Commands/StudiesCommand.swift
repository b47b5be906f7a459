import ArgumentParser
import Tuner

/// Lists the studies of a database.
struct StudiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "List all studies: state, trials, best value.",
    discussion: """
      Example:
        run-hyper studies --storage=studies/studies.sqlite
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "table or json.")
  var format = AnswerFormat.table

  func run() throws {
    let studies = try reading { try StudyStore(reading: storage.storage).studies() }
    switch format {
    case .table: Output.result(Self.table(studies))
    case .json: Output.result(try JSONText.of(studies.map(Entry.init)))
    }
  }

  private static func table(_ studies: [StudySummary]) -> String {
    var table = TextTable(header: ["study", "dataset", "state", "ended", "of", "metric", "best", "trial", "created"])
    for study in studies.map(Entry.init) {
      table.append([
        study.study, study.dataset, study.state, "\(study.ended)", "\(study.trials)", study.metric,
        study.bestValue.map { ProgressText.decimal($0, places: 4) } ?? "", study.bestTrial.map { "\($0)" } ?? "",
        study.created,
      ])
    }
    return table.lines.joined(separator: "\n")
  }

  /// A study as programs read it.
  private struct Entry: Encodable {
    let study, model, dataset, state, metric, created: String
    let trials, ended, completed, diverged, failed, pending, running, shelved: Int
    let bestTrial: Int?
    let bestValue: Double?

    init(_ summary: StudySummary) {
      let (definition, counts) = (summary.study.definition, summary.counts)
      study = definition.name
      model = definition.model
      dataset = definition.dataset
      metric = definition.metric
      created = summary.study.createdAt
      state = counts.ended == counts.total ? "finished" : counts.running > 0 ? "running" : "interrupted"
      trials = counts.total
      ended = counts.ended
      completed = counts.completed
      diverged = counts.diverged
      failed = counts.failed
      pending = counts.pending
      running = counts.running
      shelved = counts.shelved
      bestTrial = summary.best?.trial
      bestValue = summary.best?.value
    }
  }
}
