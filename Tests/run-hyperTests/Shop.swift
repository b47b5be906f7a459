import Foundation
import Testing

/// A small dataset, a study of one trial and weights, for tests of recommendations.
struct Shop {
  let program: Program

  static let userCount = 300
  static let itemCount = 40
  static let settings = ["--dataset=shop", "--epochs=2", "--hidden_size=16", "--MAX_ITEM_LIST_LENGTH=5", "--seed=3"]

  /// The user's items, oldest first.
  static func history(of user: Int) -> [Int] {
    (0..<(user == 7 ? 1 : 3 + user % 6)).map { (user * 7 + $0 * $0 * 5 + $0) % itemCount }
  }

  static let users = (0..<userCount).map { "user \($0)" } + ["newcomer"]

  /// The times of users' second items are in the order of the users, and so are the test samples.
  static let table =
    "user_id:token\titem_id:token\ttimestamp:float\n"
    + (0..<userCount).flatMap { user in
      history(of: user).enumerated().map { "user \(user)\ti\($1)\t\(1000 * user + $0)\n" }
    }.joined()

  init() throws {
    program = try Program()
    try program.write(Self.table, to: "datasets/shop/shop.inter")
    try program.write(
      "item_id:token\tshop_title:token_seq\n"
        + (0..<Self.itemCount).map { "i\($0)\tThe \"item\", \($0)\n" }.joined(), to: "datasets/shop/shop.item")
    try program.write("user_id:token\n" + Self.users.joined(separator: "\n") + "\n", to: "datasets/shop/shop.user")
    try program.write(
      "load_col:\n  inter: [user_id, item_id, timestamp]\n  user: [user_id]\n", to: "datasets/shop/shop.yaml")
    try program.write("n_layers choice [1]\n", to: "s.test")
    let study = try program.run(["--params_file=s.test"] + Self.settings)
    #expect(study.status == 0, "\(study.errors)")
    let trained = try program.run(["train", "--n_layers=1", "--save=w.safetensors"] + Self.settings)
    #expect(trained.status == 0, "\(trained.errors)")
  }

  func recommend(_ arguments: String...) throws -> Program.Ending { try program.run(["recommend"] + arguments) }

  /// A row of the CSV.
  struct Row: Equatable {
    let user, item: String
    let rank: Int
    let score: Float?
  }

  static func rows(_ ending: Program.Ending) throws -> [Row] {
    #expect(ending.status == 0, "\(ending.errors)")
    let lines = ending.output.split(separator: "\n")
    #expect(lines.first == "user,rank,item,score")
    return try lines.dropFirst().map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      try #require(cells.count == 4, "\(line)")
      return Row(user: cells[0], item: cells[2], rank: try #require(Int(cells[1])), score: Float(cells[3]))
    }
  }
}
