/// How the tables of earlier versions become those of this one, and how they are read until then.
extension PostgreSQLSchema {
  /// What makes the tables of a version those of the next one. The first tables on a server were of schema 4.
  static let upgrades: [Int: String] = [
    4: """
    DROP INDEX trial_rank;
    CREATE INDEX trial_rank ON trial (study_id, best_value) WHERE best_value IS NOT NULL;
    ALTER TABLE attempt ADD COLUMN cpu text;
    ALTER TABLE attempt ADD COLUMN instruction_set text
      CONSTRAINT attempt_machine CHECK ((instruction_set IS NULL) = (cpu IS NULL));
    CREATE FUNCTION tell_of_trial() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('run_hyper', CAST(NEW.study_id AS text));
        RETURN NULL;
      END $$;
    CREATE TRIGGER trial_told AFTER UPDATE OF state ON trial
      FOR EACH ROW WHEN (OLD.state = 'running' AND NEW.state <> 'running') EXECUTE FUNCTION tell_of_trial();
    """,
    5: "ALTER TABLE attempt ADD COLUMN job text;",
    6: "ALTER TABLE user_rank ADD COLUMN other_ranks bytea CHECK (length(other_ranks) % 2 = 0);",
  ]

  /// What shows a session the tables of a version with the columns of this one; what is temporary is found before what is not.
  static let views: [Int: String] = [
    4: """
    CREATE OR REPLACE TEMPORARY VIEW attempt AS
      SELECT *, CAST(NULL AS text) AS cpu, CAST(NULL AS text) AS instruction_set, CAST(NULL AS text) AS job
      FROM \(name).attempt;
    \(oneRanking)
    """,
    5: """
    CREATE OR REPLACE TEMPORARY VIEW attempt AS SELECT *, CAST(NULL AS text) AS job FROM \(name).attempt;
    \(oneRanking)
    """,
    6: oneRanking,
  ]

  /// Shows the ranks of versions that recorded one ranking.
  private static let oneRanking = """
    CREATE OR REPLACE TEMPORARY VIEW user_rank AS SELECT *, CAST(NULL AS bytea) AS other_ranks FROM \(name).user_rank;
    """

  /// Upgrades the tables, as a part of a transaction.
  ///
  /// Throws a `StorageError` if processes use the tables.
  static func upgrade(from version: Int, _ session: PostgreSQLSession, _ location: PostgreSQLLocation) throws {
    // A report may hold a table, but not for long.
    try session.script("SET LOCAL lock_timeout = '60s'")
    // A process takes its lock, then reads the version. So whoever has read it is seen below; all others wait, and find the new one.
    try session.script("LOCK TABLE version IN ACCESS EXCLUSIVE MODE")
    let users = try processes(session)
    guard users.isEmpty else {
      throw StorageError(
        location: location.description,
        found: "a study database of schema \(version), in use by \(users.joined(separator: ", "))",
        expected: "nobody to use it while it is upgraded to schema \(Self.version); "
          + "end these processes, which loses nothing, or use their run-hyper")
    }
    for step in version..<Self.version { try session.script(upgrades[step] ?? "") }
    try session.execute("UPDATE version SET schema = ?", [.integer(Int64(Self.version))])
  }

  /// The processes that hold their `OwnerLock`, in words.
  private static func processes(_ session: PostgreSQLSession) throws -> [String] {
    let db = Connection(session)
    let owners = try db.values(String.self, "SELECT DISTINCT owner FROM trial WHERE owner IS NOT NULL")
    let known = Dictionary(
      owners.compactMap { ProcessIdentity($0) }.map { (OwnerLock.number(of: $0), $0.words) }, uniquingKeysWith: { $1 })
    let names = try db.rows(OwnerLock.connections).map { row in
      let place = (try row["address"] as String?).map { " on \($0)" } ?? ""
      return try known[row["number"]] ?? ProcessIdentity.words(inName: row["name"]) ?? "another process\(place)"
    }
    return Set(names).sorted()
  }
}

extension ProcessIdentity {
  /// The name of this process for a server.
  static let name = ProcessIdentity().map { "run-hyper, \($0.words)" } ?? "run-hyper"

  /// The words in a process's name for a server; `nil` if it has another name.
  fileprivate static func words(inName name: String?) -> String? {
    name?.wholeMatch(of: #/run-hyper, (process \d+ on .+)/#).map { String($0.1) }
  }
}
