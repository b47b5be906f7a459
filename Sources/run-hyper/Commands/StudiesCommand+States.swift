import Foundation
import Literals
import Tuner

extension StudiesCommand {
  /// Frees the states of a study's pruned trials, after saying what that means, and on a terminal only if the answer is yes.
  func free(_ name: String) throws {
    let freed = try reading { () -> (trials: Int, bytes: Int)? in
      // Opening a missing store for writing would create it.
      let reader = try storage.reader()
      let study = try reader.requiredStudy(name)
      let sizes = try reader.stateSizes(of: study)
      guard sizes.prunedTrials > 0 else { return (0, 0) }
      Output.note(Self.forecast(sizes, isOver: try reader.isOver(study)))
      guard Self.isConfirmed("Free \(Self.size(sizes.prunedBytes)) of \(name.inMessage)? [y/N] ") else { return nil }
      let store = try storage.writer()
      defer { store.close() }
      return try store.freeStates(of: study, onWait: Self.noteWait)
    }
    guard let freed else { return Output.note("Nothing was freed") }
    switch format {
    case .table:
      let states = "\(Self.size(freed.bytes)), the saved states of \(freed.trials.counting("pruned trial"))"
      Output.result("Freed of \(name): " + (freed.trials == 0 ? "nothing, no pruned trial has a saved state" : states))
    case .json: Output.result(try JSONText.of(FreedDocument(name, trials: freed.trials, bytes: freed.bytes)))
    }
  }

  /// What is freed, and what is lost with it.
  private static func forecast(_ sizes: StateSizes, isOver: Bool) -> String {
    let when = isOver ? "by another pruner, or by none" : "by this pruner or another one"
    return "\(sizes.prunedTrials.counting("pruned trial")) \(sizes.prunedTrials == 1 ? "has" : "have") "
      + "\(size(sizes.prunedBytes)) of saved states, of \(size(sizes.total)) that the study holds. "
      + "Results stay; a trial that is continued \(when), trains from its start again, to the same result"
  }

  private static func isConfirmed(_ question: String) -> Bool {
    guard isatty(STDIN_FILENO) == 1, Output.noteIsTerminal else { return true }
    Output.raw(question)
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }

  /// A number of bytes with two digits or more, such as `1.7 MB`.
  static func size(_ bytes: Int) -> String {
    var (value, unit) = (Double(bytes), "B")
    for next in ["kB", "MB", "GB", "TB"] where value >= 999.5 { (value, unit) = (value / 1000, next) }
    return "\(value.decimal(places: unit == "B" || value >= 9.95 ? 0 : 1)) \(unit)"
  }
}
