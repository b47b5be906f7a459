import Foundation
import Model
import Testing
import run_hyper

/// Every option of every command with the shortest and with very long values, through the real program.
@Suite struct OptionValueTests {
  /// Of 0, 1, 2 and 10,000 characters.
  private static let values = ["", "0", "a", "/", "~", "12", "a/"] + ["a", "9", "~/"].map(long)
  /// A port on which this process listens.
  private static let takenPort = LocalConnection.listeningPort()
  private static let valuesOfKeys = ["", "0", "12"] + ["a", "["].map(long)

  private static func long(_ piece: String) -> String { String(repeating: piece, count: 10_000 / piece.count) }

  /// A folder with a dataset of 3 users, a study `s` of two trials and weights.
  private static func prepared() throws -> Program {
    let program = try Program()
    let rows = (1...3).flatMap { user in (1...5).map { "u\(user)\ti\($0)\t\(100 * user + $0)\n" } }
    try program.write(
      "user_id:token\titem_id:token\ttimestamp:float\n" + rows.joined(), to: "datasets/own/own.inter")
    try program.write("n_layers choice [1,2]\n", to: "s.test")
    return program
  }

  /// What each command is called with beside the option that is tried, by option; words are operands.
  private static func call(_ syntax: CommandSyntax) -> (operands: [String], options: [String: String]) {
    let tiny = ["dataset": "own", "set-epochs": "0", "set-hidden_size": "8"]
    return switch syntax.words.last ?? "" {
    case "study": ([], tiny.merging(["params-file": "s.test", "study": "s", "workers": "1"]) { $1 })
    case "submit":
      (["--dry_run", "--local_storage"], tiny.merging(["params-file": "s.test", "study": "s", "workers": "1"]) { $1 })
    case "show": (["s", "1"], [:])
    case "compare": (["s", "1", "2"], [:])
    case "importance", "leaderboard", "verify", "resume": (["s"], [:])
    case "train": ([], tiny.merging(["threads": "1"]) { $1 })
    case "evaluate": ([], ["dataset": "own", "weights": "w.safetensors"])
    case "recommend": (["s", "--all"], [:])
    case "export": (["s"], ["to": "new"])
    case "chart": (["s"], ["to": "c.html"])
    // On a free port, it would serve the page until it is interrupted.
    case "dashboard": (["s"], ["port": "\(takenPort)"])
    case "fetch": (["other"], [:])
    // A table that is missing, since a dataset would be written to any folder.
    case "import": (["new", "none.csv"], ["user": "u", "item": "i", "time": "t"])
    case "describe": (["own"], [:])
    default: ([], [:])
    }
  }

  /// Whether a value is a port, on which a page would be served until it is interrupted.
  private static func serves(_ syntax: CommandSyntax, _ option: String, _ value: String) -> Bool {
    syntax.words == ["dashboard"] && option == "port" && UInt16(value) != nil
  }

  private static func arguments(_ syntax: CommandSyntax, _ tried: [String: String]) -> [String] {
    let (operands, options) = call(syntax)
    let all = options.merging(tried) { $1 }.sorted { $0.key < $1.key }
    return syntax.words + operands
      + all.map { "--\($0.key.hasPrefix("set-") ? String($0.key.dropFirst(4)) : $0.key)=\($0.value)" }
  }

  /// A status that the program documents, and one line for each thing that is wrong.
  private static func expectOrder(_ arguments: [String], in program: Program) throws {
    let ending = try program.run(
      arguments,
      environment: [
        "HOME": program.folder.path, "XDG_CONFIG_HOME": program.folder.appendingPathComponent("settings").path,
      ])
    let shown = arguments.map { $0.prefix(100) }
    #expect([0, 1, 2].contains(ending.status), "\(shown): status \(ending.status)")
    guard ending.status == 2 else { return }
    #expect(ending.output.isEmpty, "\(shown): \(ending.output.prefix(1000))")
    let lines = ending.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") && !$0.hasPrefix("For help: ") }
    let others = lines.dropFirst().allSatisfy { $0.contains(": found ") && $0.contains("; expected ") }
    #expect(lines.first?.hasPrefix("error: ") == true && others, "\(shown): \(ending.errors.prefix(1000))")
    #expect(ending.errors.utf8.count < 25_000, "\(shown)")
  }

  @Test(arguments: CommandSyntax.all.indices)
  func `No value of an option ends a command with a signal or an unknown status`(index: Int) throws {
    let syntax = CommandSyntax.all[index]
    let program = try Self.prepared()
    if !["train", "dataset", "study"].contains(syntax.words[0]) {
      #expect(try program.run(Self.arguments(CommandSyntax.all[0], [:])).status == 0)
    }
    if syntax.words == ["evaluate"] {
      let save = ["train", "--dataset=own", "--epochs=0", "--hidden_size=8", "--save=w.safetensors"]
      #expect(try program.run(save).status == 0)
    }
    for option in syntax.options.sorted() {
      for value in Self.values where !Self.serves(syntax, option, value) {
        try Self.expectOrder(Self.arguments(syntax, [option: value]), in: program)
      }
    }
    for flag in syntax.flags {
      for value in Self.values { try Self.expectOrder(Self.arguments(syntax, [flag: value]), in: program) }
    }
  }

  /// In three groups, which run at the same time.
  @Test(arguments: 0..<3)
  func `No value of a configuration key does`(group: Int) throws {
    let program = try Self.prepared()
    let train = try #require(CommandSyntax.all.first { $0.words == ["train"] })
    for (number, key) in Configuration.keys.map(\.name).enumerated() where number % 3 == group {
      for value in Self.valuesOfKeys {
        try Self.expectOrder(Self.arguments(train, ["set-\(key)": value]), in: program)
      }
    }
  }
}
