import ArgumentParser
import Literals
import Tuner

/// Lists the studies of a database, deletes one, or copies one to another database.
struct StudiesCommand: ParsableCommand, CheckedCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "List all studies with state, trials, best value and disk; delete or copy one.",
    usage: "run-hyper studies [<options>]",
    discussion: """
      Examples:
        run-hyper studies --storage=studies/studies.sqlite
        run-hyper studies --storage=postgresql://me@db.example.org/tuning
        run-hyper studies --delete=bert4rec-grocery-hyper
        run-hyper studies --free_states=bert4rec-grocery-hyper
        run-hyper studies --copy=bert4rec-grocery-hyper --to=other.sqlite
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "Output format.")
  var format = AnswerFormat.table

  @Option(
    help: ArgumentHelp("Delete this study permanently: trials, results, checkpoints, weights.", valueName: "name"))
  var delete: String?

  @Option(
    name: .customLong("free_states"),
    help: ArgumentHelp(
      "Remove what this study's pruned trials have saved; they keep their results.", valueName: "name"))
  var freeStates: String?

  @Option(
    help: ArgumentHelp("Copy this study to the database of --to, with all that belongs to it.", valueName: "name"))
  var copy: String?

  @Option(help: ArgumentHelp("For --copy: the database that gets the study.", valueName: "database"))
  var to: String?

  @Option(
    name: .customLong("to_checkpoints"),
    help: ArgumentHelp("For --to on a PostgreSQL server: what --checkpoints is for --storage.", valueName: "folder"))
  var toCheckpoints: String?

  func run() throws {
    var mistakes = Mistakes()
    check(&mistakes)
    try mistakes.check()
    if let delete {
      try remove(delete)
    } else if let freeStates {
      try free(freeStates)
    } else if let copy, let to {
      try transfer(copy, NamedDatabase(storage: to, checkpoints: toCheckpoints, options: ("--to", "--to_checkpoints")))
    } else {
      try list()
    }
  }

  /// Finds options that are given without another one that they need, or beside one that excludes them.
  func check(_ mistakes: inout Mistakes) {
    func refuse(_ option: String, _ found: String, _ expected: String) {
      mistakes.add(Literals.message(at: option, found: found, expected: expected))
    }
    let named = [("--copy", copy), ("--delete", delete), ("--free_states", freeStates)].filter { $0.1 != nil }
    if named.count > 1 { refuse(named[0].0, "\(named[1].0) beside it", "one of them") }
    if copy != nil, to == nil { refuse("--copy", "no --to", "--to=DATABASE, a file or \(OptionText.uriForm)") }
    if to != nil, copy == nil { refuse("--to", "no --copy", "--copy=NAME, the study to copy") }
    if toCheckpoints != nil, to == nil { refuse("--to_checkpoints", "no --to", "--to=\(OptionText.uriForm)") }
  }

  private func remove(_ name: String) throws {
    let deleted = try reading {
      // Opening a missing store for writing would create it.
      let study = try storage.reader().requiredStudy(name)
      let store = try storage.writer()
      defer { store.close() }
      return try store.delete(study, onWait: Self.noteWait)
    }
    switch format {
    case .table: Output.result("Deleted study \(deleted.name): \(Self.text(deleted))")
    case .json: Output.result(try JSONText.of(DeletionDocument(deleted)))
    }
  }

  static func noteWait(_ owners: [String], _ silence: Silence) {
    Output.note(
      "note: \(owners.joined(separator: " and ")) may have died; waiting up to \(silence.seconds) s for \(silence.sign)"
    )
  }

  static func text(_ parts: StudyParts) -> String {
    func count(_ number: Int, _ unit: String) -> String { "\(number) \(unit)\(number == 1 ? "" : "s")" }
    var texts = [count(parts.trials, "trial")]
    if parts.checkpoints > 0 { texts.append(count(parts.checkpoints, "checkpoint")) }
    if let trial = parts.weightsOfTrial { texts.append("the weights of trial \(trial)") }
    if parts.otherWeights > 0 { texts.append("those of \(count(parts.otherWeights, "other trial"))") }
    return texts.joined(separator: ", ")
  }

  private func list() throws {
    let studies = try reading { try storage.reader().studies() }
    switch format {
    case .table: Output.result(Self.table(studies))
    case .json: Output.result(try JSONText.of(studies.map(StudyDocument.init)))
    }
  }

  private static func table(_ studies: [StudySummary]) -> String {
    var table = TextTable(
      header: ["study", "dataset", "state", "ended", "of", "metric", "best", "trial", "disk", "created"])
    for (summary, study) in studies.map({ ($0, StudyDocument($0)) }) {
      let places = summary.study.definition.metricDecimalPlaces
      table.append([
        study.study, study.dataset, study.state, "\(study.ended)", "\(study.trials)", study.metric,
        study.bestValue.map { $0.decimal(places: places) } ?? "", study.bestTrial.map { "\($0)" } ?? "",
        Self.size(study.stateBytes), LocalTime.text(study.created),
      ])
    }
    return table.lines.joined(separator: "\n")
  }
}
