import Foundation
import Testing

/// `recommend`, through the real program.
@Suite(.serialized) struct RecommendTests {
  private static let shop = Result { try Shop() }

  private func shop() throws -> Shop { try Self.shop.get() }

  @Test func `All users have the best items, in the dataset's order, with falling scores`() throws {
    let ending = try shop().recommend("--all", "--format=csv", "--top=3")
    let rows = try Shop.rows(ending)
    #expect(rows.count == 3 * Shop.users.count)
    #expect(rows.indices.filter { $0 % 3 == 0 }.map { rows[$0].user } == Shop.users)
    for (index, row) in rows.enumerated() {
      #expect(row.rank == index % 3 + 1)
      #expect(row.item.hasPrefix("i"))
      guard row.user != "newcomer" else { continue }
      let score = try #require(row.score)
      if row.rank > 1 { #expect(score <= rows[index - 1].score ?? -.infinity) }
    }
    for piece in [
      "Recommending 3 items of 40 to 301 users with the weights of trial 1, the best one of bert4rec-shop-s",
      "may be recommended again (--repeatable=True), as in the ranking that the study's metrics are measured on",
      "note: 1 user without a history: the most popular items of shop, without a score", "301 users in ",
    ] { #expect(ending.errors.contains(piece), "\(ending.errors)") }
  }

  @Test func `The rank of a held-out item is the one that the study has recorded`() throws {
    let shop = try shop()
    let tested = (0..<Shop.userCount).filter { Shop.history(of: $0).count >= 3 }
    let lines = tested.map { user in
      (["user \(user)"] + Shop.history(of: user).dropLast().map { "i\($0)" }).joined(separator: "\t")
    }
    try shop.program.write(lines.joined(separator: "\n"), to: "cut.tsv")
    let rows = try Shop.rows(shop.recommend("--histories=cut.tsv", "--top=100", "--format=csv"))
    #expect(rows.count == tested.count * Shop.itemCount)
    let ranks = tested.map { user in
      rows.first { $0.user == "user \(user)" && $0.item == "i\(Shop.history(of: user).last ?? 0)" }?.rank ?? 0
    }
    let text = try SQLite.run("SELECT hex(ranks) FROM user_rank WHERE split = 'test'", in: shop.program)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let bytes = stride(from: 0, to: text.utf8.count, by: 2).compactMap {
      UInt8(text.dropFirst($0).prefix(2), radix: 16)
    }
    let recorded = stride(from: 0, to: bytes.count, by: 2).map { Int(bytes[$0]) + 256 * Int(bytes[$0 + 1]) }
    #expect(ranks == recorded)
    // And so is the metric that `evaluate` computes.
    let measured = try shop.program.run([
      "evaluate", "--weights=w.safetensors", "--metrics=MRR", "--topk=100", "--valid_metric=MRR@100",
      "--metric_decimal_place=6",
    ])
    let mean = ranks.reduce(0) { $0 + 1 / Double($1) } / Double(ranks.count)
    let value = try #require(
      measured.output.split(separator: " ").last.flatMap { Double($0.trimmingCharacters(in: .newlines)) })
    #expect(abs(value - mean) < 1e-6)
  }

  @Test(arguments: ["csv", "jsonl", "table"])
  func `Answers are the same bytes for any number of threads, and from a file of the same weights`(format: String)
    throws
  {
    let shop = try shop()
    let one = try shop.recommend("--all", "--format=\(format)", "--threads=1")
    #expect(one.status == 0 && one.output.utf8.count > 10_000, "\(one.errors)")
    for threads in ["--threads=2", "--threads=7", "--threads=None"] {
      #expect(try shop.recommend("--all", "--format=\(format)", threads).output == one.output)
    }
    #expect(try shop.recommend("bert4rec-shop-s", "--all", "--format=\(format)").output == one.output)
    let file = try shop.recommend("--weights=w.safetensors", "--all", "--format=\(format)")
    #expect(file.output == one.output)
    #expect(file.errors.contains("with w.safetensors\n") && file.errors.contains("the metrics are measured on"))
  }

  @Test func `Seen items are all of a user's items, and stay away with --repeatable=False`() throws {
    let shop = try shop()
    let complete = try Shop.rows(shop.recommend("--all", "--format=csv", "--top=100"))
    let ending = try shop.recommend("--all", "--format=csv", "--top=100", "--repeatable=false")
    let rows = try Shop.rows(ending)
    // Histories are longer than the five items that the network reads.
    for user in 0..<Shop.userCount {
      let seen = Set(Shop.history(of: user).map { "i\($0)" })
      let expected = complete.filter { $0.user == "user \(user)" && !seen.contains($0.item) }.map(\.item)
      #expect(rows.filter { $0.user == "user \(user)" }.map(\.item) == expected)
    }
    #expect(ending.errors.contains("are left out (--repeatable=False), unlike in the ranking"), "\(ending.errors)")
    #expect(ending.errors.contains("note: 301 users with fewer than 100 items: there are no more"), "\(ending.errors)")
  }

  @Test func `A list of items limits the answer to them`() throws {
    let shop = try shop()
    try shop.program.write("\u{FEFF}i3\r\ni5\r\n\r\ni8\r\ni3\r\n", to: "stock.txt")
    let complete = try Shop.rows(shop.recommend("--all", "--format=csv", "--top=100"))
    let ending = try shop.recommend("--all", "--format=csv", "--items=stock.txt")
    let rows = try Shop.rows(ending)
    for user in Shop.users {
      let own = rows.filter { $0.user == user }
      #expect(
        own.map(\.item) == complete.filter { $0.user == user && ["i3", "i5", "i8"].contains($0.item) }.map(\.item))
      #expect(own.map(\.rank) == [1, 2, 3])
    }
    #expect(ending.errors.contains("Recommending 10 items of 3 of 40 to 301 users"), "\(ending.errors)")
  }

  @Test func `Listed users are answered in the order of their file`() throws {
    let shop = try shop()
    try shop.program.write("user 5\nuser 299\nuser 5\nnewcomer\n", to: "users.txt")
    let rows = try Shop.rows(shop.recommend("--users=users.txt", "--format=csv", "--top=1"))
    #expect(rows.map(\.user) == ["user 5", "user 299", "user 5", "newcomer"])
    let all = try Shop.rows(shop.recommend("--all", "--format=csv", "--top=1"))
    #expect(rows[1] == all.first { $0.user == "user 299" })
  }

  @Test func `New users get items for what is known of their histories, and say what is not`() throws {
    let shop = try shop()
    try shop.program.write(
      "ann\ti1\ti2\nben\ti1\tgone\ti2\nno one\t\ncarl\tgone\tlost\n\nwith, comma\ti9\n", to: "new.tsv")
    let ending = try shop.recommend("--histories=new.tsv", "--format=csv", "--top=2")
    let rows = try Shop.rows(
      Program.Ending(
        status: ending.status, output: ending.output.replacingOccurrences(of: "\"with, comma\"", with: "dora"),
        errors: ending.errors))
    #expect(rows.map(\.user) == ["ann", "ann", "ben", "ben", "no one", "no one", "carl", "carl", "dora", "dora"])
    #expect(rows[0].item == rows[2].item && rows[0].score == rows[2].score)
    // By popularity, there is no score that could be taken for the model's.
    #expect(rows[4...7].allSatisfy { $0.score == nil } && rows[8].score != nil)
    var counts = [Int](repeating: 0, count: Shop.itemCount)
    for user in 0..<Shop.userCount { for item in Shop.history(of: user) { counts[item] += 1 } }
    #expect(rows[4...5].map { counts[Int($0.item.dropFirst()) ?? 0] } == Array(counts.sorted(by: >).prefix(2)))
    for piece in [
      "note: left out 3 items in the histories of 2 users, which shop does not have, the first one 'gone' in line 2",
      "note: 2 users without a history: the most popular items of shop, without a score",
    ] { #expect(ending.errors.contains(piece), "\(ending.errors)") }
  }

  @Test func `JSON lines and tables have the items' names`() throws {
    let shop = try shop()
    try shop.program.write("user 5\nnewcomer\n", to: "users.txt")
    let lines = try shop.recommend("--users=users.txt", "--format=jsonl", "--top=2").output.split(separator: "\n")
    #expect(lines.count == 2)
    let objects = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["user"] as? String } == ["user 5", "newcomer"])
    #expect(objects.map { $0["by"] as? String } == ["model", "popularity"])
    for (object, hasScore) in zip(objects, [true, false]) {
      let items = try #require(object["items"] as? [[String: Any]])
      #expect(items.count == 2)
      for item in items {
        let token = try #require(item["item"] as? String)
        #expect(item["name"] as? String == "The \"item\", \(token.dropFirst())")
        #expect((item["score"] != nil) == hasScore)
      }
    }
    let table = try shop.recommend("--users=users.txt", "--top=2").output
    #expect(table.contains("user 5\n  rank  item  "), "\(table)")
    #expect(table.contains("The \"item\", ") && table.contains("user newcomer, without a history: by popularity\n"))
  }

  @Test(arguments: [
    ([], "recommend: found no users; expected one of --all, --users=FILE and --histories=FILE"),
    (["--all", "--users=u"], "recommend: found --all and --users; expected one of"),
    (["--all", "--top=0"], "--top: found 0; expected a number from 1 to 10000"),
    (["--all", "--threads=0"], "--threads: found 0"),
    (["--all", "--repeatable=maybe"], "The value 'maybe' is invalid for '--repeatable <bool>'"),
    (["--all", "--format=json"], "The value 'json' is invalid"),
    (["other", "--all"], "found no study 'other'; expected bert4rec-shop-s"),
    (["--all", "--hidden_size=8"], "--hidden_size: found without --weights; expected no configuration"),
    (["--all", "--dataset=other"], "--dataset: found without --weights"),
    (["s", "--all", "--weights=w.safetensors"], "--weights: found also the study 's'; expected one of the two"),
    (["--all", "--weights=none"], "none: found no such file"),
    (["--all", "--weights=w.safetensors", "--hidden_size=8"], "w.safetensors"),
    (
      ["--users=users.txt"],
      "users.txt:2: found the user 'user x', which is not in shop; expected a user of the dataset"
    ),
    (["--users=nowhere"], "nowhere: found no such file; expected a file with one user on each line"),
    (["--all", "--items=users.txt"], "users.txt:1: found the item 'user 1', which is not in shop"),
    (["--all", "--items=empty"], "empty: found no item; expected one item on each line, or no --items"),
    (["--histories=empty"], "empty: found no user; expected a user and then the user's items, oldest first"),
    (["--histories=spaces.tsv"], "spaces.tsv:2: found 'i1 i2 i3', which is 3 items with spaces between them"),
    (["--histories=nameless.tsv"], "nameless.tsv:1: found no user before the first tab"),
    (["--histories=nowhere"], "nowhere: found no such file; expected a user and then"),
    (["--histories=."], ".: found a file that cannot be read"),
  ])
  func `What is wrong is said before anything starts`(arguments: [String], message: String) throws {
    let program = try shop().program
    try program.write("user 1\nuser x\n", to: "users.txt")
    try program.write("", to: "empty")
    try program.write("ann\ti1\nben\ti1 i2 i3\n", to: "spaces.tsv")
    try program.write("\ti1\n", to: "nameless.tsv")
    let ending = try program.run(["recommend"] + arguments)
    #expect(ending.status == 2)
    #expect(ending.output == "")
    #expect(ending.errors.contains(message), "\(ending.errors)")
  }

  @Test func `A study whose files have changed is refused, since the ids would be others`() throws {
    let shop = try Shop()
    try shop.program.write(Shop.table + "user 1\ti1\t99999999\n", to: "datasets/shop/shop.inter")
    let ending = try shop.recommend("--all")
    #expect(ending.status == 2 && ending.output == "")
    #expect(ending.errors.contains("shop: found files that have changed since the study"), "\(ending.errors)")
    // The old files may be elsewhere.
    for file in ["user", "item", "yaml"] {
      let text = try String(
        contentsOf: shop.program.folder.appendingPathComponent("datasets/shop/shop.\(file)"), encoding: .utf8)
      try shop.program.write(text, to: "old/shop/shop.\(file)")
    }
    try shop.program.write(Shop.table, to: "old/shop/shop.inter")
    #expect(try shop.recommend("--all", "--data_path=old").status == 0)
  }

  @Test func `A trial without weights is trained again, and weights that have been changed are refused`() throws {
    let shop = try Shop()
    let before = try shop.recommend("--all", "--format=csv").output
    let folder = shop.program.folder.appendingPathComponent("studies/studies.sqlite.weights/1")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    let file = folder.appendingPathComponent(name)
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: file)
    let changed = try shop.recommend("--all")
    #expect(changed.status == 2 && changed.errors.contains("do not match the stored SHA-256"), "\(changed.errors)")
    try FileManager.default.removeItem(at: file)
    let missing = try shop.recommend("--all")
    #expect(missing.status == 2 && missing.output == "", "\(missing.errors)")
    try SQLite.run("DELETE FROM weights", in: shop.program)
    let again = try shop.recommend("--all", "--format=csv")
    #expect(again.status == 0 && again.output == before, "\(again.errors)")
    #expect(
      again.errors.contains("Training trial 1 of bert4rec-shop-s again, since its weights are not kept: "),
      "\(again.errors)")
  }

  @Test func `Memory is asked for before anything starts`() throws {
    let tight = try shop().program.run(["recommend", "--all"], environment: ["RUN_HYPER_MEMORY_MB": "1"])
    #expect(tight.status == 2 && tight.errors.contains("for the largest configuration"), "\(tight.errors)")
  }

  @Test func `A closed pipe ends it quietly, a full disk does not`() throws {
    let shop = try shop()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.currentDirectoryURL = shop.program.folder
    process.arguments = [
      "-c", "('\(try Program.path)' recommend --all --top=100; echo $? >status) | head -n 1 >/dev/null",
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let status = try String(contentsOf: shop.program.folder.appendingPathComponent("status"), encoding: .utf8)
    #expect(status == "0\n")
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let errors = try shop.program.errorFile()
    let full = try shop.program.start(
      ["recommend", "--all"], output: try #require(FileHandle(forWritingAtPath: "/dev/full")),
      errors: try FileHandle(forWritingTo: errors))
    full.waitUntilExit()
    #expect(Program.status(of: full) == 1)
    #expect(try String(contentsOf: errors, encoding: .utf8).contains("standard output: found no space left on device"))
  }

  @Test func `Histories come through a pipe as well, and an error there names its line`() throws {
    let shop = try shop()
    let line = "for i in 1 2 3; do printf 'u%s\\ti1\\ti2\\n' $i; done"
    func piped(_ text: String) throws -> (status: Int32, output: String) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.currentDirectoryURL = shop.program.folder
      process.arguments = [
        "-c", "(\(text)) | '\(try Program.path)' recommend --histories=/dev/stdin --top=1 --format=csv 2>&1",
      ]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let all = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (Program.status(of: process), all)
    }
    let right = try piped(line)
    #expect(right.status == 0 && right.output.contains("u3,1,i") && right.output.contains("\n3 users in"), "\(right)")
    let wrong = try piped("\(line); printf 'u4\\ti1 i2\\n'")
    #expect(wrong.status == 1 && wrong.output.contains("/dev/stdin:4: found 'i1 i2'"), "\(wrong)")
  }
}
