import Foundation
import Literals
import Testing

@testable import Model

/// Numbers that only depend on their seed (Steele, Lea and Flood's SplitMix64, 2014).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct DamagedInputTests {
  /// `text` with a few bytes replaced, removed or added, of which many mean something to the parsers.
  private func damaged(_ text: String, using generator: inout SplitMix) -> [UInt8] {
    let telling = Array("\t\n\r \":,;|[](){}'-.+eExXnN0123456789#~*&!%@_\0\u{7F}".utf8) + [0xFF, 0xC3]
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      let byte = telling.randomElement(using: &generator) ?? 0
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: bytes[index] = byte
      case 1: bytes.remove(at: index)
      default: bytes.insert(byte, at: index)
      }
    }
    return bytes
  }

  @Test func `A damaged file is read or refused, never more`() throws {
    var generator = SplitMix(state: 1)
    let text = interactions(["u a 1", "u b 2.5", "v c 3", "u \"d\" 4e1", "v a 5", "u e -6"])
    let toy = try TemporaryDataset(files: ["item": "item_id:token\na\nb\nc\n", "user": "user_id:token\nu\nv\n"])
    for _ in 0..<1000 {
      try toy.write(Data(damaged(text, using: &generator)), "inter")
      for precision in DatasetConfiguration.TimePrecision.allCases {
        do {
          let (dataset, report) = try toy.load {
            $0.timePrecision = precision
            $0.loadedColumns = nil
            $0.duplicates = .keepLast
          }
          #expect(DatasetStatistics(dataset, report).trainCount == dataset.train.count)
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test func `Damaged pre-split files are read or refused`() throws {
    var generator = SplitMix(state: 2)
    let text = "user_id:token\titem_id_list:token_seq\titem_id:token\nu\ta b c\td\nv\tb\ta\n"
    let toy = try TemporaryDataset(files: ["train.inter": text, "valid.inter": text])
    for _ in 0..<500 {
      try toy.write(Data(damaged(text, using: &generator)), "test.inter")
      do {
        let dataset = try toy.load { $0.benchmarkFiles = ["train", "valid", "test"] }.dataset
        #expect(dataset.test.allSatisfy { dataset.target(of: $0) > 0 })
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test func `Damaged configurations are read or refused`() throws {
    var generator = SplitMix(state: 3)
    let yaml = """
      learning_rate: 1e-3
      topk: [5, 10]
      metrics: [Recall, NDCG]
      valid_metric: ndcg@10
      eval_args: {split: {LS: valid_only}, order: TO}
      val_interval: {rating: "[3,inf)"}
      clip_grad_norm: {max_norm: 5}
      seed: 0x10
      a: &x [1:30, 017, .inf]
      """
    let literal = "{'a': [1, 2.5e3, None], \"b\": (True, 'x\\n'), 'c': {'d': 0x1F}}"
    for _ in 0..<2000 {
      let damagedYAML = String(decoding: damaged(yaml, using: &generator), as: UTF8.self)
      do {
        _ = try Configuration(layers: [try ConfigurationLayer(yaml: damagedYAML, file: "a.yaml")])
      } catch {
        #expect(!error.problems.isEmpty)
      }
      let text = String(decoding: damaged(literal, using: &generator), as: UTF8.self)
      let value = Literal(commandLine: text, as: .configuration)
      #expect(try Literal(parsing: value.exactJSON, as: .configuration) == value)
    }
  }

  @Test func `Configurations nested or multiplied without end are refused`() {
    let deep = "a: " + String(repeating: "[", count: 20_000)
    let aliases = (1...9).map { level in
      "a\(level): &a\(level) ["
        + Array(repeating: level == 1 ? "1" : "*a\(level - 1)", count: 10).joined(separator: ",") + "]"
    }
    for text in [deep, aliases.joined(separator: "\n") + "\n"] {
      #expect(throws: ConfigurationError.self) { try ConfigurationLayer(yaml: text, file: "a.yaml") }
    }
  }

  @Test func `Megabytes of mistakes take no more time than reading them`() throws {
    let start = processorSeconds()
    let keys = (0..<50_000).map { "unknown_key_\($0): 1\n" }.joined()
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(layers: [try ConfigurationLayer(yaml: keys, file: "f")])
    }
    #expect(error?.description == "f:1001: found more than 1000 unknown keys; expected a configuration file")
    let columns = (0..<100_000).map { "column\($0):token" }.joined(separator: "\t")
    let toy = try TemporaryDataset(files: ["inter": columns + "\n"])
    let problem = #expect(throws: DataError.self) { try toy.load() }
    #expect((problem?.description.count ?? .max) < 3000)
    let names = (0..<20_000).map { "'metric\($0)'" }.joined(separator: ",")
    #expect(throws: ConfigurationError.self) {
      let layer = try ConfigurationLayer(arguments: [("metrics", "[\(names)]"), ("topk", "[\(names)]")])
      return try Configuration(layers: [layer])
    }
    #expect(processorSeconds() - start < 10)
  }

  @Test func `A file without end is refused`() throws {
    let toy = try TemporaryDataset()
    try FileManager.default.createSymbolicLink(
      atPath: "\(toy.dataPath)/toy/toy.inter", withDestinationPath: "/dev/zero")
    let error = #expect(throws: DataError.self) { try toy.load() }
    #expect(error?.found == "a line of more than 67108864 bytes")
    #expect(throws: ConfigurationError.self) { try ConfigurationLayer(yamlFile: "/dev/zero") }
  }

  @Test(arguments: [
    "..", "../x", "a/../b", "/etc", ".hidden", "", "a\u{1B}[2J", "a\nb", "a\0b", "\u{202E}gnp",
    String(repeating: "n", count: 300),
  ])
  func `A name that leads elsewhere or hides what it is is no dataset's`(name: String) {
    for key in ["dataset", "benchmark_filename"] where key == "dataset" || !name.isEmpty {
      let value = key == "dataset" ? Literal.text(name) : .list([.text(name), .text("b"), .text("c")])
      let error = #expect(throws: ConfigurationError.self) {
        try Configuration(layers: [ConfigurationLayer(source: "f", values: [key: value])])
      }
      #expect(error?.description.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isInvisible } == true)
    }
  }

  @Test(arguments: ["größe", "商品", "ml-100k", "My Shop", "a.b", "👩‍👩‍👧"])
  func `Ordinary names in any script are datasets'`(name: String) throws {
    let rows = ["u a 1", "u b 2", "u c 3", "u d 4", "u e 5"]
    let shop = try TemporaryDataset(name, files: ["inter": interactions(rows)])
    #expect(try shop.load().dataset.name == name)
  }

  @Test func `A folder's name with an invisible character is refused`() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(layers: [try ConfigurationLayer(yaml: #"data_path: "/etc\0/x""#, file: "f")])
    }
    #expect(error?.description.contains(#"data_path '/etc\u{0}/x' with an invisible character"#) == true)
  }

  @Test(arguments: ["1e308", "-1e308", "5e-324", "0"])
  func `Times of any size are ordered`(time: String) throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["u c 1e308", "u b \(time)", "u a -1e308"])])
    for normalizes in [false, true] {
      let dataset = try toy.load {
        $0.timePrecision = .float32
        $0.normalizesAll = normalizes
      }.dataset
      #expect(dataset.items.count == 3)
      #expect(dataset.namedItems.hasSuffix("c") || time == "1e308")
    }
  }
}

/// The processor time of this thread in seconds, which other work on the machine does not lengthen.
private func processorSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
