import Testing

@testable import Tuner

@Suite struct BatchTests {
  @Test(arguments: [
    (rows: 1, columns: 5, size: 1), (5, 5, 5), (16, 5, 16), (17, 5, 16), (31, 5, 16), (40, 5, 32), (1000, 5, 128),
    (1000, 100, 9), (3, 960, 1),
  ])
  func `A statement takes a few rows, or a power of two, within the limit of arguments`(
    rows: Int, columns: Int, size: Int
  ) {
    let row: Connection.Arguments = Array(repeating: 1, count: columns)
    #expect(Connection.batchSize(of: Array(repeating: row, count: rows)[...], columns: columns) == size)
  }

  @Test func `Large values go one at a time`() {
    let rows: [Connection.Arguments] = Array(repeating: [[UInt8](repeating: 0, count: 3 << 20)], count: 4)
    #expect(Connection.batchSize(of: rows[...], columns: 1) == 1)
  }

  @Test func `Rows are inserted in their order, however many`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    try store.transaction { db in
      try db.script("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER UNIQUE, b TEXT)")
      let rows: [Connection.Arguments] = (1...1000).map { [$0, "x"] }
      try db.insert(rows, into: "t", columns: ["a", "b"])
      #expect(try db.values(Int.self, "SELECT a FROM t ORDER BY id") == Array(1...1000))
      let again: [Connection.Arguments] = [[1000, "y"], [1001, "y"]]
      try db.insert(again, into: "t", columns: ["a", "b"], "ON CONFLICT (a) DO UPDATE SET b = excluded.b")
      #expect(try db.values(Int.self, "SELECT a FROM t WHERE b = 'y' ORDER BY a") == [1000, 1001])
      let new: [Connection.Arguments] = [[2001, "z"], [2002, "z"]]
      let returned = try db.insertReturning(new, into: "t", columns: ["a", "b"], "RETURNING a")
      #expect(Set(try returned.map { try $0["a"] as Int }) == [2001, 2002])
    }
  }
}
