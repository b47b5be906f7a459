import Foundation
import Model
import Testing

/// `export`, through the real program; `scripts/compare-export` loads what it writes into RecBole.
@Suite(.serialized) struct ExportTests {
  private static let shop = Result { try Shop() }

  private static let files = ["config.yaml", "item_vectors.npy", "items.tsv", "load_recbole.py", "weights.safetensors"]

  private static func bytes(_ path: String, of program: Program) throws -> [UInt8] {
    Array(try Data(contentsOf: program.folder.appendingPathComponent(path)))
  }

  private static func text(_ path: String, of program: Program) throws -> String {
    String(decoding: try bytes(path, of: program), as: UTF8.self)
  }

  private static func contents(_ folder: String, of program: Program) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: program.folder.appendingPathComponent(folder).path).sorted()
  }

  /// An export of a weights file.
  private static func exported(_ weights: String, to folder: String, of program: Program) throws {
    let ending = try program.run(["export", "--weights=\(weights)", "--to=\(folder)"])
    #expect(ending.status == 0, "\(ending.errors)")
  }

  private static func floats(_ bytes: some Sequence<UInt8>) -> [Float] {
    let bytes = Array(bytes)
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * $1) })
    }
  }

  /// The rows of `item_vectors.npy`, whose header is checked.
  private static func vectors(_ path: String, of program: Program, shape: (Int, Int)) throws -> [[Float]] {
    let bytes = try bytes(path, of: program)
    #expect(bytes[..<8] == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    let end = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    #expect(end % 64 == 0 && bytes[end - 1] == UInt8(ascii: "\n"))
    let header = String(decoding: bytes[10..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(header == "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape.0), \(shape.1)), }")
    let all = floats(bytes[end...])
    try #require(all.count == shape.0 * shape.1)
    return (0..<shape.0).map { Array(all[$0 * shape.1..<($0 + 1) * shape.1]) }
  }

  @Test func `The best trial's weights come with all that other programs need`() throws {
    let program = try Self.shop.get().program
    let ending = try program.run(["export", "--to=best"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("Exporting the weights of trial 1, the best one of bert4rec-shop-s"))
    for file in Self.files { #expect(ending.output.contains("best/\(file) "), "\(ending.output)") }
    #expect(ending.output.contains("float32 [41, 17]") && ending.output.contains("40 items, with names"))
    #expect(try Self.contents("best", of: program) == Self.files)
    let kept = try Self.contents("studies/studies.sqlite.weights/1", of: program)
    let weights = try Self.bytes("best/weights.safetensors", of: program)
    #expect(try weights == Self.bytes("studies/studies.sqlite.weights/1/\(kept[0])", of: program))
    // The same by name, by number, and from a file of the same weights.
    for arguments in [["bert4rec-shop-s", "--trial=best"], ["--trial=1"], ["--weights=w.safetensors"]] {
      let again = try program.run(["export"] + arguments + ["--to=again/"])
      #expect(again.status == 0, "\(again.errors)")
      for file in Self.files {
        #expect(try Self.bytes("again/\(file)", of: program) == Self.bytes("best/\(file)", of: program), "\(file)")
      }
      try FileManager.default.removeItem(at: program.folder.appendingPathComponent("again"))
    }
    #expect(try Self.contents(".", of: program).filter { $0.hasSuffix(".partial") }.isEmpty)
    let loader = Program.home.appendingPathComponent("Sources/run-hyper/Export/Files/load_recbole.py")
    #expect(try Self.text("best/load_recbole.py", of: program) == String(contentsOf: loader, encoding: .utf8))
  }

  @Test func `Items have the ids of the rows, and names in quotes where pandas needs them`() throws {
    let program = try Self.shop.get().program
    try Self.exported("w.safetensors", to: "items", of: program)
    let lines = try Self.text("items/items.tsv", of: program).split(separator: "\n")
    #expect(lines[..<2] == ["id\ttoken\tname", "0\t[PAD]\t"] && lines.count == Shop.itemCount + 2)
    // Ids follow the order of first appearance.
    var seen: [Int] = []
    for item in (0..<Shop.userCount).flatMap(Shop.history) where !seen.contains(item) { seen.append(item) }
    #expect(lines.dropFirst(2) == seen.enumerated().map { "\($0 + 1)\ti\($1)\t\"The \"\"item\"\", \($1)\"" }[...])
  }

  @Test func `Vectors are the embedding's rows with the bias, and padding ranks last`() throws {
    let program = try Self.shop.get().program
    try Self.exported("w.safetensors", to: "vectors", of: program)
    let rows = try Self.vectors("vectors/item_vectors.npy", of: program, shape: (Shop.itemCount + 1, 17))
    let file = try Safetensors(decoding: Self.bytes("w.safetensors", of: program), file: "w.safetensors")
    let embedding = try Self.floats(#require(file.tensors["item_embedding.weight"]).bytes)
    let bias = try Self.floats(#require(file.tensors["output_bias"]).bytes)
    for (id, row) in rows.enumerated() {
      #expect(row.dropLast() == embedding[16 * id..<16 * (id + 1)])
      #expect(row.last == (id == 0 ? -.infinity : bias[id]))
    }
  }

  @Test func `One vector of a user gives the scores of all items`() throws {
    let shop = try Self.shop.get()
    try Self.exported("w.safetensors", to: "scores", of: shop.program)
    let vectors = try Self.vectors("scores/item_vectors.npy", of: shop.program, shape: (Shop.itemCount + 1, 17))
    let tokens = try Self.text("scores/items.tsv", of: shop.program).split(separator: "\n").dropFirst().map {
      String($0.split(separator: "\t")[1])
    }
    let rows = try Shop.rows(shop.recommend("--weights=w.safetensors", "--all", "--format=csv", "--top=100"))
    for user in ["user 5", "user 100", "user 299"] {
      let scores = Dictionary(uniqueKeysWithValues: rows.filter { $0.user == user }.map { ($0.item, $0.score ?? 0) })
      func score(_ id: Int) -> Double { Double(scores[tokens[id]] ?? .nan) - Double(vectors[id][16]) }
      // Sixteen scores determine the vector, and with it the others.
      let system = (1...16).map { id in (row: vectors[id].prefix(16).map(Double.init), value: score(id)) }
      let vector = Self.solution(system)
      let others = (17...Shop.itemCount).map { id in
        (product: zip(vectors[id], vector).reduce(0) { $0 + Double($1.0) * $1.1 }, score: score(id))
      }
      #expect(others.allSatisfy { abs($0.product - $0.score) < 1e-3 }, "\(others)")
      #expect((others.map(\.score).max() ?? 0) - (others.map(\.score).min() ?? 0) > 0.05)
    }
  }

  /// Gauss's elimination with the largest pivot.
  private static func solution(_ system: [(row: [Double], value: Double)]) -> [Double] {
    var system = system
    for column in system.indices {
      let pivot = (column..<system.count).max { abs(system[$0].row[column]) < abs(system[$1].row[column]) } ?? column
      system.swapAt(column, pivot)
      for other in system.indices where other != column {
        let factor = system[other].row[column] / system[column].row[column]
        for place in system.indices { system[other].row[place] -= factor * system[column].row[place] }
        system[other].value -= factor * system[column].value
      }
    }
    return system.indices.map { system[$0].value / system[$0].row[$0] }
  }

  @Test func `Training with the exported configuration gives the exported weights`() throws {
    let program = try Self.shop.get().program
    let settings = [
      "--n_layers=1", "--clip_grad_norm=5", "--val_interval={'timestamp':'[0,inf)'}", "--layer_norm_eps=1e-9",
    ]
    #expect(try program.run(["train", "--save=c.safetensors"] + settings + Shop.settings).status == 0)
    try Self.exported("c.safetensors", to: "trained", of: program)
    let text = try Self.text("trained/config.yaml", of: program)
    for line in [
      "dataset: shop", "layer_norm_eps: 1.0e-09", "clip_grad_norm: {max_norm: 5.0, norm_type: 2}",
      "val_interval: {timestamp: \"[0,inf)\"}", "eval_args: {group_by: user, mode: full, order: TO, split: {LS: ",
      "load_col: {inter: [user_id, item_id, timestamp], user: [user_id]}", "train_neg_sample_args: null",
    ] { #expect(text.contains("\n\(line)"), "\(text)") }
    // The dataset's own settings are weaker, and the same.
    let trained = try program.run(["train", "--config_files=trained/config.yaml", "--save=again.safetensors"])
    #expect(trained.status == 0 && !trained.errors.contains("note: "), "\(trained.errors)")
    #expect(try Self.bytes("again.safetensors", of: program) == Self.bytes("c.safetensors", of: program))
  }

  @Test func `Keys that RecBole does not know are comments`() throws {
    let program = try Self.shop.get().program
    let trained = try program.run(
      ["train", "--n_layers=1", "--weight_average=0.99", "--repeatable=False", "--save=a.safetensors"] + Shop.settings)
    #expect(trained.status == 0, "\(trained.errors)")
    try Self.exported("a.safetensors", to: "average", of: program)
    let lines = try Self.text("average/config.yaml", of: program).split(separator: "\n")
    for line in ["#   weight_average: 0.99", "#   time_precision: exact", "#   repeatable: false"] {
      #expect(lines.contains { $0 == line }, "\(lines)")
    }
    let keys = Set(lines.filter { !$0.hasPrefix("#") }.map { String($0.prefix { $0 != ":" }) })
    let page = try String(contentsOf: Program.home.appendingPathComponent("docs/reference.md"), encoding: .utf8)
    let section = try #require(page.firstMatch(of: #/## Keys that RecBole does not know\n(?<rows>(?:.|\n)*)/#))
    let rows = section.output.rows.split(separator: "\n#")[0]
    let own = Set(rows.matches(of: #/\n\| `(?<key>\w+)` \|/#).map { String($0.output.key) })
    #expect(own.contains("weight_average") && own.isSubset(of: Set(Configuration.keys.map(\.name))))
    #expect(keys.isDisjoint(with: own.union(["time_precision", "data_path"])))
    // The tail's ratio is a key only with the metric that has a tail.
    let other = own.union(["time_precision", "tail_ratio"])
    let known = Configuration.keys.map(\.name).filter { !other.contains($0) }
    #expect(keys == Set(known).subtracting(["data_path"]).union(["encoding", "train_neg_sample_args"]))
  }

  @Test func `A predefined split needs the column of the histories`() throws {
    let program = try Program()
    let header = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    let rows = (0..<20).map { "u\($0)\ti\($0 % 5) i\($0 % 7) i\($0 % 3)\ti\($0 % 4)\n" }.joined()
    for part in ["train", "valid", "test"] { try program.write(header + rows, to: "datasets/cut/cut.\(part).inter") }
    let train = [
      "train", "--dataset=cut", "--epochs=0", "--hidden_size=8", "--benchmark_filename=['train','valid','test']",
      "--save=w.safetensors",
    ]
    let trained = try program.run(train)
    #expect(trained.status == 0, "\(trained.errors)")
    try Self.exported("w.safetensors", to: "out", of: program)
    let text = try Self.text("out/config.yaml", of: program)
    #expect(text.contains("\nload_col: {inter: [user_id, item_id, timestamp, item_id_list]}\n"), "\(text)")
    #expect(text.contains("\nalias_of_item_id: [item_id_list]\n"), "\(text)")
    #expect(try Self.text("out/items.tsv", of: program).hasPrefix("id\ttoken\n0\t[PAD]\n1\t"))
  }

  @Test func `An empty folder is filled, also through a link, and a full one is left alone`() throws {
    let program = try Self.shop.get().program
    let files = FileManager.default
    try files.createDirectory(at: program.folder.appendingPathComponent("real"), withIntermediateDirectories: true)
    try files.createSymbolicLink(
      atPath: program.folder.appendingPathComponent("link").path, withDestinationPath: "real")
    try Self.exported("w.safetensors", to: "link", of: program)
    #expect(try Self.contents("real", of: program) == Self.files)
    try program.write("mine", to: "full/notes.txt")
    for folder in ["full", "full/", "real", "link"] {
      let ending = try program.run(["export", "--to=\(folder)"])
      #expect(ending.status == 2 && ending.output == "")
      #expect(
        ending.errors.hasPrefix("error: --to: found '\(folder)', a folder that has ")
          && ending.errors.hasSuffix("in it; expected a new or an empty folder\n"), "\(ending.errors)")
    }
    #expect(try Self.contents("full", of: program) == ["notes.txt"])
  }

  @Test(arguments: [
    ([], "Missing expected argument '--to <folder>'"),
    (["--to=w.safetensors"], "--to: found 'w.safetensors', a file; expected a new or an empty folder"),
    (["--to=w.safetensors/x"], "--to: found no writable folder '"),
    (["--to=none/x"], "/none'; expected one that exists"),
    (["--to=x", "--trial=2"], "bert4rec-shop-s: found no trial 2; expected a number from 1 to 1"),
    (["--to=x", "--trial=0"], "The value '0' is invalid for '--trial <trial>'"),
    (["--to=x", "--trial=first"], "The value 'first' is invalid for '--trial <trial>'"),
    (["other", "--to=x"], "found no study 'other'; expected bert4rec-shop-s"),
    (["--to=x", "--storage=none.sqlite"], "none.sqlite"),
    (["--to=x", "--weights=none"], "none: found no such file"),
    (["--to=x", "--weights=w.safetensors", "--trial=1"], "--trial: found 1 with --weights"),
    (["s", "--to=x", "--weights=w.safetensors"], "--weights: found also the study 's'; expected one of the two"),
    (["--to=x", "--hidden_size=8"], "--hidden_size: found without --weights; expected no configuration"),
    (["--to=x", "--weights=w.safetensors", "--hidden_size=8"], "w.safetensors: found tensor '"),
  ])
  func `What is wrong is said before anything is written`(arguments: [String], message: String) throws {
    let program = try Self.shop.get().program
    let ending = try program.run(["export"] + arguments)
    #expect(ending.status == 2 && ending.output == "")
    #expect(ending.errors.contains(message), "\(ending.errors)")
    #expect(!program.exists("x"))
  }

  @Test func `Weights that are not kept are trained again, and files that have changed are refused`() throws {
    let shop = try Shop()
    try shop.program.write("n_layers choice [1,2]\n", to: "two.test")
    #expect(try shop.program.run(["--params_file=two.test", "--study=two"] + Shop.settings).status == 0)
    let best = try SQLite.run(
      "SELECT ordinal FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = 2", in: shop.program
    )
    .trimmingCharacters(in: .whitespacesAndNewlines)
    let other = best == "1" ? 2 : 1
    let ending = try shop.program.run(["export", "two", "--trial=\(other)", "--to=again"])
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(
      ending.errors.contains("Training trial \(other) of two again, since its weights are not kept: "),
      "\(ending.errors)")
    let trained = try shop.program.run(["train", "--n_layers=\(other)", "--save=other.safetensors"] + Shop.settings)
    #expect(trained.status == 0, "\(trained.errors)")
    try Self.exported("other.safetensors", to: "other", of: shop.program)
    for file in Self.files where file != "config.yaml" {
      #expect(
        try Self.bytes("again/\(file)", of: shop.program) == Self.bytes("other/\(file)", of: shop.program), "\(file)")
    }
    try shop.program.write(Shop.table + "user 1\ti1\t99999999\n", to: "datasets/shop/shop.inter")
    let changed = try shop.program.run(["export", "--to=x"])
    #expect(changed.status == 2 && changed.errors.contains("shop: found files that have changed since the study"))
    #expect(!shop.program.exists("x"))
  }

  @Test(arguments: [
    (FaultyDisk.Call.write, "items.tsv", ENOSPC, "x: found no space left on its disk; expected free space there"),
    (.sync, "item_vectors.npy", EIO, "x: the export cannot be written; expected a new folder in a writable place"),
    (.sync, ".partial", EIO, "x: the export cannot be written"),
  ])
  func `A disk that fails leaves nothing behind`(call: FaultyDisk.Call, path: String, error: Int32, message: String)
    throws
  {
    let program = try Self.shop.get().program
    let before = try Self.contents(".", of: program)
    let disk = try FaultyDisk()
    let ending = try program.run(
      ["export", "--to=x"], environment: disk.environment(failing: call, of: path, with: error))
    withExtendedLifetime(disk) {}
    #expect(ending.status == 1 && ending.output == "")
    #expect(ending.errors.contains("error: \(message)"), "\(ending.errors)")
    #expect(try Self.contents(".", of: program) == before)
  }

  @Test func `A place that cannot be written is an error`() throws {
    let ending = try Self.shop.get().program.run(["export", "--to=/proc/run-hyper-export"])
    #expect([1, 2].contains(ending.status) && ending.output == "")
    #expect(ending.errors.contains("error: "), "\(ending.errors)")
  }
}
