import Testing

@testable import Tuner

@Suite struct DialectTests {
  @Test func `PostgreSQL gets numbered arguments, and quoted text as it is`() {
    let sql = "UPDATE t SET a = ?, b = 'what?' || ? WHERE c = 'it''s ?' AND d = ?"
    #expect(Dialect.postgreSQL.marked(sql) == "UPDATE t SET a = $1, b = 'what?' || $2 WHERE c = 'it''s ?' AND d = $3")
    #expect(Dialect.sqlite.marked(sql) == sql)
  }

  @Test func `The members of an object have their order, and say which of them are text`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    func members(_ json: String) throws -> [String] {
      let sql = "SELECT key, value, is_text FROM \(Dialect.sqlite.members(of: "?"))"
      return try store.read { db in
        try db.rows(sql, [json]).map { try "\($0["key"] as String)=\($0["value"] as String) \($0["is_text"] as Bool)" }
      }
    }
    #expect(try members(#"{"b": "1", "a": 2, "c": null}"#) == ["b=1 true", "a=2 false", "c=null false"])
    #expect(try members("[true]") == ["0=1 false"])
    #expect(try members("5") == ["=5 false"])
    let numbers: [Int64] = [3, -1, 1 << 62]
    let listed = try store.read { try $0.values(Int64.self, Dialect.sqlite.listed, [Dialect.sqlite.list(numbers)]) }
    #expect(listed == numbers)
  }

  @Test func `The time has the format of the tables, and its distance is in seconds`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let now = try store.read { try $0.value(String.self, "SELECT \(Dialect.sqlite.now)") } ?? ""
    #expect(now.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    let distance = Dialect.sqlite.distance(to: "heartbeat_at")
    let sql = "SELECT \(distance) FROM (SELECT '1970-01-01T00:00:00.000Z' AS heartbeat_at) AS beat"
    let seconds = try store.read { try $0.value(Double.self, sql) } ?? 0
    #expect(seconds > 1.7e9)
  }
}
