import Literals

/// A database that was deleted, moved or replaced while this program had it open.
///
/// It says what happened, what became of the results and how to continue.
public struct MisplacedDatabase: Error, Equatable, Sendable, CustomStringConvertible {
  /// A folder next to the database, named like the database with a suffix.
  struct Folder: Equatable, Sendable {
    let path: String
    let suffix: String
  }

  /// What happened and what was done about it.
  enum Outcome: Equatable, Sendable {
    /// It was deleted; a copy with everything that was written is at its path.
    case restored

    /// It was deleted; no copy could be written.
    case lost(reason: String)

    /// It was moved; everything that was written is in the moved file.
    ///
    /// - Parameter folders: The folders that are still at the old path.
    case moved(to: String, folders: [Folder])

    /// Another file is at its path.
    ///
    /// - Parameters:
    ///   - hasEverything: Whether that file has all results of this database.
    ///   - name: The path of this database, or `nil` if it no longer has one.
    case replaced(hasEverything: Bool, name: String?)

    /// A file that SQLite keeps next to the database is gone; `isWritten` if its contents are in the database.
    case cutFromLog(String, isWritten: Bool)
  }

  /// The path of the database, as given by the user.
  let path: String
  let outcome: Outcome

  public var description: String {
    switch outcome {
    case .restored:
      """
      \(found("no file: it was deleted during the run"))
      A copy with all results was written there. Run the same command to resume.
      """
    case .lost(let reason):
      """
      \(found("no file: it was deleted during the run"))
      No copy could be written, so the results are lost: \(reason)
      """
    case .moved(let name, let folders):
      """
      \(found("no file: it was moved to \(name) during the run"))
      All results are in \(name). To resume, move it back and run the same command, or run it with \
      --storage=\(name).\(Self.advice(folders, name))
      """
    case .replaced(let hasEverything, let name):
      """
      \(found("another file: it was replaced during the run"))
      The new file was not touched. \(Self.results(hasEverything, name))
      """
    case .cutFromLog(let file, let isWritten):
      """
      \(found("\(file) deleted or replaced during the run"))
      \(isWritten ? "All results are in \(path). Run the same command to resume." : "The latest results may be missing from \(path).")
      """
    }
  }

  private func found(_ what: String) -> String {
    message(at: path, found: what, expected: "the database to stay there until the run ends")
  }

  private static func advice(_ folders: [Folder], _ name: String) -> String {
    guard !folders.isEmpty else { return "" }
    let moves = folders.map { "\($0.path) to \(name)\($0.suffix)" }.joined(separator: " and ")
    return " For --storage, first move \(moves)."
  }

  private static func results(_ hasEverything: Bool, _ name: String?) -> String {
    if hasEverything { return "It has all results of this run. Run the same command to resume." }
    if let name { return "The results of this run are in \(name)." }
    return "Results of this run that are not in the new file are lost."
  }
}
