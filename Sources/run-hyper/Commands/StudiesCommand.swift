import ArgumentParser
import Literals
import Tuner

/// Lists the studies of a database, or deletes one.
struct StudiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "List all studies with state, trials and best value, or delete one.",
    usage: "run-hyper studies [<options>]",
    discussion: """
      Examples:
        run-hyper studies --storage=studies/studies.sqlite
        run-hyper studies --storage=postgresql://me@db.example.org/tuning
        run-hyper studies --delete=bert4rec-grocery-hyper
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  @Option(
    help: ArgumentHelp("Delete this study permanently: trials, results, checkpoints, weights.", valueName: "name"))
  var delete: String?

  func run() throws {
    if let delete { try remove(delete) } else { try list() }
  }

  private func remove(_ name: String) throws {
    let deleted = try reading {
      // Opening a missing store for writing would create it.
      let study = try storage.reader().requiredStudy(name)
      let store = try storage.writer()
      defer { store.close() }
      return try store.delete(study) { owners, silence in
        Output.note(
          "note: \(owners.joined(separator: " and ")) may have died; waiting up to \(silence.seconds) s for \(silence.sign)"
        )
      }
    }
    switch format {
    case .table: Output.result(Self.text(deleted))
    case .json: Output.result(try JSONText.of(DeletionDocument(deleted)))
    }
  }

  private static func text(_ deleted: DeletedStudy) -> String {
    func count(_ number: Int, _ unit: String) -> String { "\(number) \(unit)\(number == 1 ? "" : "s")" }
    var parts = [count(deleted.trials, "trial")]
    if deleted.checkpoints > 0 { parts.append(count(deleted.checkpoints, "checkpoint")) }
    if let trial = deleted.weightsOfTrial { parts.append("the weights of trial \(trial)") }
    return "Deleted study \(deleted.name): \(parts.joined(separator: ", "))"
  }

  private func list() throws {
    let studies = try reading { try storage.reader().studies() }
    switch format {
    case .table: Output.result(Self.table(studies))
    case .json: Output.result(try JSONText.of(studies.map(StudyDocument.init)))
    }
  }

  private static func table(_ studies: [StudySummary]) -> String {
    var table = TextTable(header: ["study", "dataset", "state", "ended", "of", "metric", "best", "trial", "created"])
    for (summary, study) in studies.map({ ($0, StudyDocument($0)) }) {
      let places = summary.study.definition.metricDecimalPlaces
      table.append([
        study.study, study.dataset, study.state, "\(study.ended)", "\(study.trials)", study.metric,
        study.bestValue.map { $0.decimal(places: places) } ?? "", study.bestTrial.map { "\($0)" } ?? "",
        study.created,
      ])
    }
    return table.lines.joined(separator: "\n")
  }
}
