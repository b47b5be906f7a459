import Literals
import Tuner

extension StudiesCommand {
  /// Copies a study to another database.
  func transfer(_ name: String, _ target: NamedDatabase) throws {
    let copy = try reading {
      try target.check()
      let source = try storage.reader()
      let study = try source.requiredStudy(name)
      let copy = try StudyCopy(of: study, in: source, to: target.storage, onWait: Self.noteWait) {
        do {
          let store = try target.writer()
          store.noteOpening()
          return store
        } catch let error as StorageError { throw error.naming(target.options.storage) }
      }
      try storage.notePassword()
      try target.notePassword()
      return copy
    }
    defer { copy.target.close() }
    let parts: StudyParts
    do { parts = try copy.run() } catch { throw Self.failure(error) }
    switch format {
    case .table: Output.result("Copied study \(name) to \(copy.target.path): \(Self.text(parts))")
    case .json: Output.result(try JSONText.of(CopyDocument(parts, to: copy.target.path)))
    }
    let (study, there) = (name.inShell, target.inCommand)
    Output.note(
      """
      The study is in both databases now; continue only one of them. To check, resume or show the copy:
        \(ProgramCommand.line("verify \(study)\(there)"))
        \(ProgramCommand.line("resume \(study)\(there)"))
        \(ProgramCommand.line("leaderboard \(study)\(there)"))
      To delete the original:
        \(ProgramCommand.line("studies --delete=\(study)\(storage.inCommand)"))
      """)
  }

  /// What to say about a copy that began and has failed; there is nothing to resume.
  private static func failure(_ error: any Error) -> CommandError {
    .failed("\(error)".replacing("the same command to resume", with: "the same command again"))
  }
}

extension StorageError {
  /// The same error of a database that another option than `--storage` has named.
  fileprivate func naming(_ option: String) -> StorageError {
    StorageError(
      location: location, found: found, expected: expected.replacing("--storage", with: option), isAbsence: isAbsence)
  }
}
