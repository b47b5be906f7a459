import Foundation
import Testing

/// Names and values that are made to be taken for something else: SQL, paths, a terminal's commands, a shell's.
@Suite struct HostileNamesTests {
  private static let rows = (1...3).flatMap { user in (1...5).map { "u\(user)\ti\($0)\t\(100 * user + $0)\n" } }
    .joined()
  private static let table = "user_id:token\titem_id:token\ttimestamp:float\n" + rows

  /// Whether a terminal would show a text and do nothing else.
  private static func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n"
        || scalar.properties.generalCategory != .control && !(0x202A...0x202E).contains(scalar.value)
          && !(0x2066...0x2069).contains(scalar.value) && ![0x200E, 0x200F, 0x2028, 0x2029].contains(scalar.value)
    }
  }

  private static func isHarmless(_ ending: Program.Ending) -> Bool {
    isHarmless(ending.output) && isHarmless(ending.errors)
  }

  /// Texts that nothing may take for more than text.
  static let texts = [
    "'; DROP TABLE study; --", "\" OR 1=1 --", "$(touch owned)", "`touch owned`", "../../owned", "/etc/passwd", "a b",
    "\u{1B}[2J\u{1B}]0;owned\u{7}", "\u{9B}31m", "a\r\nerror: owned", "\u{202E}txt", "👩‍👩‍👧", "größe 商品", "%n%s", "-x", "",
    String(repeating: "n", count: 10_000), "a\\b|c", "<script>alert(1)</script>", "&amp;", "'", "\"",
    "'\u{301}; touch owned; '", "\"\u{301},x",
  ]

  @Test(arguments: texts)
  func `A study's name is refused in plain words, or is only a name`(name: String) throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    let arguments = [
      "--params_file=hyper.test", "--epochs=1", "--train_batch_size=8192", "--display_file=charts.html",
      "--output_file=all.result",
    ]
    let run = try program.run(arguments + ["--study=\(name)"])
    #expect(Self.isHarmless(run), "\(run.errors.debugDescription)")
    #expect(!program.exists("owned"))
    guard run.status == 0 else {
      let message = name.isEmpty ? "error: Missing value for '--study" : "error: --study: found the name '"
      #expect(run.status == 2 && run.errors.hasPrefix(message), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count <= 2 && run.errors.count < 1500)
      #expect(!program.exists("studies") && !program.exists("charts.html"))
      return
    }
    // The command that the program proposes is one that a shell takes as it was meant.
    let proposal = try #require(run.errors.firstMatch(of: #/run-hyper (leaderboard .*) --top=1/#)?.output.1)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "printf '%s\\n' \(proposal)"]
    shell.currentDirectoryURL = program.folder
    let words = Pipe()
    shell.standardOutput = words
    try shell.run()
    shell.waitUntilExit()
    #expect(
      String(decoding: words.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "leaderboard\n\(name)\n")
    #expect(!program.exists("owned"))

    for command in [
      ["leaderboard", name], ["leaderboard", name, "--format=csv"], ["leaderboard", name, "--format=json"],
      ["leaderboard", name, "--format=markdown"], ["show", name, "1"], ["show", name, "best", "--format=json"],
      ["importance", name], ["studies"], ["studies", "--format=json"],
    ] {
      let ending = try program.run(command)
      #expect(Self.isHarmless(ending))
      #expect(ending.status == 0 || command[0] == "importance", "\(command): \(ending.errors)")
      if command.contains("--format=json") {
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) }
      }
    }
    let page = try String(contentsOf: program.folder.appendingPathComponent("charts.html"), encoding: .utf8)
    #expect(!page.contains("<script>alert"))
    #expect(try program.run(["studies", "--delete=\(name)"]).status == 0)
    #expect(try program.run(["studies", "--format=json"]).output.filter { !$0.isWhitespace } == "[]")
  }

  @Test(arguments: texts)
  func `A dataset's name never leads out of the folder of datasets`(name: String) throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    try program.write(Self.table, to: "owned/owned.inter")
    try program.write(Self.table, to: "a/b/owned/owned.inter")
    for arguments in [
      ["--params_file=hyper.test", "--epochs=0", "--dataset=\(name)", "--data_path=a/b"],
      ["dataset", "describe", "--data_path=a/b", "--", name], ["train", "--epochs=0", "--dataset=\(name)"],
    ] {
      let ending = try program.run(arguments)
      #expect(ending.status == 2, "\(ending.errors)")
      #expect(Self.isHarmless(ending))
      #expect(ending.errors.count < 5000)
    }
    #expect(!program.exists("studies"))
  }

  @Test func `Ordinary names with spaces and letters of any script are datasets, studies and files`() throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "mein Versuch größe 商品.test")
    try program.write(Self.table, to: "datasets/Mein Laden 商店/Mein Laden 商店.inter")
    let arguments = [
      "--params_file=mein Versuch größe 商品.test", "--dataset=Mein Laden 商店", "--epochs=1", "--storage=a b.sqlite",
    ]
    let run = try program.run(arguments)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("Study bert4rec-Mein Laden 商店-mein Versuch größe 商品, in a b.sqlite"))
    #expect(run.errors.contains("'bert4rec-Mein Laden 商店-mein Versuch größe 商品' --top=1 --storage='a b.sqlite'"))
    #expect(try program.run(["resume", "--storage=a b.sqlite"]).status == 0)
  }

  @Test func `A dataset whose name looks like a list can be continued`() throws {
    let program = try Program()
    try program.write("n_layers choice [1]\n", to: "hyper.test")
    try program.write(Self.table, to: "datasets/1,2/1,2.inter")
    try program.write("dataset: '1,2'\n", to: "a.yaml")
    let run = try program.run(["--params_file=hyper.test", "--config_files=a.yaml", "--epochs=1"])
    #expect(run.status == 0, "\(run.errors)")
    let resumed = try program.run(["resume", "bert4rec-1,2-hyper"])
    #expect(resumed.status == 0, "\(resumed.errors)")
  }

  @Test(arguments: texts)
  func `Options and values are refused in plain words`(text: String) throws {
    let program = try Program()
    try program.write("hidden_act choice ['gelu']\n", to: "hyper.test")
    let study = ["--params_file=hyper.test", "--epochs=0"]
    #expect(try program.run(study).status == 0)
    for arguments in [
      ["leaderboard", "--where=\(text)"], ["leaderboard", "--where=hidden_act=\(text)"],
      ["leaderboard", "--sort=\(text)"], ["leaderboard", "--top=\(text)"], ["leaderboard", "--format=\(text)"],
      ["show", "bert4rec-grocery-hyper", text], ["compare", "bert4rec-grocery-hyper", "1", text],
      ["importance", "--metric=\(text)"], ["resume", "--", text], ["leaderboard", "--", text],
      ["studies", "--delete=\(text)"], study + ["--\(text)"], study + ["--\(text)=1"], study + ["--learner=\(text)"],
      study + ["--learning_rate=\(text)"], study + ["--metrics=\(text)"], study + ["--valid_metric=\(text)"],
      study + ["--val_interval=\(text)"], study + ["--load_col=\(text)"], study + ["--user_inter_num_interval=\(text)"],
      study + ["--timeout=\(text)"], study + ["--target=\(text)"], study + ["--tool=\(text)"],
      study + ["--algo=\(text)"], study + ["--pruner=\(text)"], study + ["--retry=\(text)"],
      study + ["--workers=\(text)"], study + ["--config_files=\(text)"], study + ["--output_file=\(text)/x"],
      ["--params_file=\(text)"], ["evaluate", "--weights=\(text)"], ["dataset", "fetch", "--", text], ["--", text],
      [text],
    ] {
      let ending = try program.run(arguments)
      #expect([0, 2].contains(ending.status), "\(arguments): \(ending.status) \(ending.errors)")
      #expect(Self.isHarmless(ending), "\(arguments): \(ending.errors.debugDescription)")
      #expect(ending.errors.count < 25_000)
    }
    #expect(!program.exists("owned"))
    #expect(try program.run(["studies"]).output.contains("bert4rec-grocery-hyper"))
  }

  @Test func `What files say reaches the terminal as text`() throws {
    let program = try Program()
    let hostile = "\u{1B}[2J\u{9B}31m\u{202E}\r"
    func expectRefusal(_ arguments: [String], _ place: String) throws {
      let ending = try program.run(arguments)
      #expect(ending.status == 2 && ending.errors.contains(place), "\(ending.errors.debugDescription)")
      #expect(Self.isHarmless(ending), "\(ending.errors.debugDescription)")
    }
    try program.write("\(hostile)\0 choice [1]\n", to: "name.test")
    try expectRefusal(["--params_file=name.test"], "name.test:1:1")
    try program.write("n_layers choice [1, '\(hostile.dropLast())']\n", to: "value.test")
    try expectRefusal(["--params_file=value.test"], "value.test:1:1")
    try program.write("'a\(hostile)': 1\n", to: "a.yaml")
    try expectRefusal(["train", "--config_files=a.yaml"], "a.yaml")
    try program.write("\"a\\e[2J\\N\\_\\0\": 1\ndata_path: \"x\\0y\"\n", to: "b.yaml")
    try expectRefusal(["train", "--config_files=b.yaml"], #"b.yaml:2: found data_path 'x\u{0}y'"#)
    try program.write("user_id:token\titem_id:\(hostile)\n", to: "datasets/own/own.inter")
    try expectRefusal(["train", "--dataset=own"], "own.inter:1")
    try program.write(Self.table + "u\(hostile)\ti\t\(hostile)\n", to: "datasets/own/own.inter")
    try expectRefusal(["train", "--dataset=own"], "own.inter:17")
    let header = #"{"\u001b[2J":{"dtype":"F16","shape":[],"data_offsets":[0,0]}}"#
    try program.write(
      "\(Character(Unicode.Scalar(UInt8(header.utf8.count))))\0\0\0\0\0\0\0" + header, to: "w.safetensors")
    try expectRefusal(["evaluate", "--weights=w.safetensors"], #"tensor '\u{1B}[2J' of type F16"#)
    #expect(!program.exists("studies"))
  }

  @Test func `Values with lines and escapes stand in tables as text, in JSON as they are`() throws {
    let program = try Program()
    // A list of columns may have any name; only those that are there are read.
    try program.write(#"load_col choice [{'inter':['user_id','a\nb\x1b[31m\u202e']}]"# + "\n", to: "hyper.test")
    let run = try program.run(["--params_file=hyper.test", "--epochs=0"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(Self.isHarmless(run), "\(run.errors.debugDescription)")
    let table = try program.run(["leaderboard"])
    #expect(
      Self.isHarmless(table) && table.output.split(separator: "\n").count == 3 + 0 || table.output.contains(#"\n"#))
    let json = try program.run(["leaderboard", "--format=json"]).output
    #expect(Self.isHarmless(json))
    let board = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let row = try #require((board["rows"] as? [[String: Any]])?.first)
    let columns = (row["parameters"] as? [String: [String: [String]]])?["load_col"]?["inter"]
    #expect(columns == ["user_id", "a\nb\u{1B}[31m\u{202E}"])
  }
}
