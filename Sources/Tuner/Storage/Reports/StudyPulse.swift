/// What tells a reader whether anything about a study is new, in one row.
package struct StudyPulse: Sendable, Equatable {
  /// The study's number and the time when it was created: another study may get the name of a deleted one, and its number.
  package let id: Int64
  package let createdAt: String

  /// Rises with every change of what a report about the study shows.
  package let revision: Int
}

extension StudyStore {
  /// The pulse of the study with that name; `nil` if there is none.
  ///
  /// Throws a `StorageError` if a later version has upgraded the file since it was opened.
  package func pulse(ofStudyNamed name: String) throws -> StudyPulse? {
    try read { db in
      if db.dialect == .sqlite, try db.value(Int.self, "PRAGMA user_version") != Int(Schema.version) {
        throw StorageError(
          location: path, found: "tables of another version of run-hyper", expected: "a dashboard of that version")
      }
      return try db.row(
        """
        SELECT study.id AS id, created_at, revision FROM study JOIN study_revision ON study_id = study.id
        WHERE name = ?
        """, [name]
      ).map { row in try StudyPulse(id: row["id"], createdAt: row["created_at"], revision: row["revision"]) }
    }
  }
}
