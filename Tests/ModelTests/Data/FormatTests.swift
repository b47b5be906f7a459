import Foundation
import Literals
import Testing

@testable import Model

@Suite struct FormatTests {
  @Test(arguments: [
    "user_id:token\titem_id:token\ttimestamp:float\r\nu\ta\t1\r\nu\tb\t2\r\nu\tc\t3\r\n",
    "\u{FEFF}user_id:token\titem_id:token\ttimestamp:float\nu\ta\t1\nu\tb\t2\nu\tc\t3",
    "user_id:token\titem_id:token\ttimestamp:float\n\nu\ta\t1\n\nu\tb\t2\n\r\nu\tc\t3\n\n",
    "timestamp:float\tx:token_seq\titem_id:token\ty:float\tuser_id:token\n1\tp q\ta\t\tu\n2\t\tb\tword\tu\n3\tz\tc\t5\tu\n",
    "user_id:token\titem_id:token\ttimestamp:float\n\"u\"\t\"a\"\t\"1\"\nu\tb\t2\nu\tc\t\"3\"\r\n",
  ])
  func `Line ends, marks, blank lines, quotes and other columns make no difference`(text: String) throws {
    let toy = try TemporaryDataset(files: ["inter": text])
    #expect(try toy.load().dataset.namedItems == "a b c")
  }

  @Test func `Quoted cells may hold separators and quotes`() throws {
    let text =
      "user_id:token,item_id:token,timestamp:float\nu,\"a,b\",1\nu,\"say \"\"hi\"\"\",2\nu,5\" disk,3\nu,\"x\" y,4\n"
    let toy = try TemporaryDataset(files: ["inter": text])
    let dataset = try toy.load { $0.fieldSeparator = "," }.dataset
    #expect(Array(dataset.itemTokens.dropFirst()) == ["a,b", "say \"hi\"", "5\" disk", "x y"])
  }

  @Test func `Separators may have several characters`() throws {
    let text = "user_id:token::item_id:token::timestamp:float"
    let toy = try TemporaryDataset(files: [
      "inter": text.replacing("::", with: "||") + "\nu||a|b||1\nu||b||2\nu||c||3\n"
    ])
    #expect(try toy.load { $0.fieldSeparator = "||" }.dataset.namedItems == "a|b b c")
  }

  @Test func `Tokens are neither trimmed nor folded, and may be any UTF-8`() throws {
    let text =
      "user_id:token\titem_id:token\ttimestamp:float\nu\t1\t1\nu\t01\t2\nu\t 1\t3\nu\té\t4\nu\tE\u{301}\t5\nu\t東京\t6\n"
    let toy = try TemporaryDataset(files: ["inter": text])
    #expect(try toy.load().dataset.itemTokens == ["[PAD]", "1", "01", " 1", "é", "E\u{301}", "東京"])
  }

  @Test func `The hash of one file is its SHA-256`() throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["u a 1", "u b 2", "u c 3"])])
    #expect(
      try toy.load().dataset.contentHash == "c8cba9fd09041f31f31766d428700aa901d2650a64d1ae6fb7d8e9baaa00c1a8")
  }
}

@Suite struct DataErrorTests {
  private static let good = "user_id:token item_id:token timestamp:float"

  /// Content of the `.inter` file, then what the error must say.
  static let cases: [(String, [String])] = [
    ("", ["toy.inter:1", "an empty file"]),
    ("\n\n", ["toy.inter:1", "an empty line"]),
    (interactions([]), ["toy.inter", "a header without rows"]),
    (interactions(["u a 1"], header: "user_id item_id timestamp"), ["toy.inter:1", "'user_id'", "name:type"]),
    (interactions([], header: "user_id:token,item_id:token,timestamp:float"), ["field_separator", "a tab"]),
    (interactions([], header: "user_id:tokn item_id:token"), ["toy.inter:1", "'tokn'", "perhaps token"]),
    (interactions([], header: "user_id:token user_id:token"), ["'user_id' twice"]),
    (interactions([], header: ":token item_id:token"), ["without a name"]),
    (
      interactions([], header: "userid:token item_id:token timestamp:float"),
      ["no column 'user_id'", "perhaps 'userid'", "USER_ID_FIELD"]
    ),
    (interactions([], header: "user_id:token item:token timestamp:float"), ["no column 'item_id'", "ITEM_ID_FIELD"]),
    (interactions([], header: "user_id:token item_id:token time:float"), ["no column 'timestamp'", "TIME_FIELD"]),
    (interactions([], header: "user_id:token item_id:token timestamp:token"), ["timestamp:token", "timestamp:float"]),
    (interactions([], header: "user_id:float item_id:token timestamp:float"), ["user_id:float", "user_id:token"]),
    (interactions(["u a 1", "u b"]), ["toy.inter:3", "2 columns", "3, as in the header"]),
    (interactions(["u a 1", "u b 2 3"]), ["toy.inter:3", "4 columns"]),
    (interactions(["u a 1", "u b later"]), ["toy.inter:3", "timestamp 'later'", "a finite number"]),
    (interactions(["u a nan"]), ["toy.inter:2", "'nan'"]),
    (interactions(["u a inf"]), ["toy.inter:2", "'inf'"]),
    (interactions(["u a 1e999"]), ["toy.inter:2", "'1e999'"]),
    (interactions(["u a  "]), ["toy.inter:2"]),
    (interactions(["u \"a 1", "u b 2"]), ["toy.inter:2", "double quote"]),
    (interactions(["u a 1", "v b 1"]), ["toy.inter", "no user with at least two interactions"]),
    (interactions(["u a 1", "u b 2"]), ["toy.inter", "no user with at least three interactions"]),
    (interactions(["NA a 1", "NA b 2"]), ["none of 2 rows left", "rows without user or item removed 2"]),
  ]

  @Test(arguments: cases)
  func `A file that cannot be used is refused with place and remedy`(text: String, parts: [String]) throws {
    let toy = try TemporaryDataset(files: ["inter": text])
    let error = #expect(throws: DataError.self) { try toy.load() }
    for part in parts { #expect(error?.description.contains(part) == true, "\(error?.description ?? "") has \(part)") }
  }

  @Test func `Tokens that are not UTF-8 are refused`() throws {
    let toy = try TemporaryDataset()
    try toy.write(Data(interactions(["u a 1"]).utf8) + [0x75, 9, 0xFF, 9, 0x32, 10], "inter")
    let error = #expect(throws: DataError.self) { try toy.load() }
    #expect(error?.location.hasSuffix("toy.inter:3") == true)
  }

  @Test func `Filters that leave nothing say how much each removed`() throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["u a 1", "u a 2", "u b 3"])])
    let error = #expect(throws: DataError.self) {
      try toy.load {
        $0.duplicates = .keepFirst
        $0.userCountInterval = Intervals(parsing: "[9,inf)")
      }
    }
    #expect(
      error?.found.contains("rm_dup_inter removed 1, user_inter_num_interval and item_inter_num_interval removed 2")
        == true)
  }

  @Test func `A missing dataset says where it was looked for and how to get it`() throws {
    var configuration = DatasetConfiguration()
    configuration.name = "ml-100k"
    configuration.dataPaths = ["/nowhere", "/elsewhere"]
    let error = #expect(throws: DataError.self) { try SequenceDataset.load(configuration) }
    #expect(error?.found == "no such dataset in /nowhere/ml-100k, /elsewhere/ml-100k")
    #expect(error?.expected.contains("run-hyper dataset fetch ml-100k") == true)
    let toy = try TemporaryDataset()
    let missing = #expect(throws: DataError.self) { try toy.load() }
    #expect(missing?.description.contains("toy.inter: found no such file") == true)
  }

  @Test(arguments: ["", "a/b", "..", "../x", ".", "a\0b", "a\nb"])
  func `Names that lead elsewhere are refused`(name: String) throws {
    var configuration = DatasetConfiguration()
    configuration.name = name
    #expect(throws: DataError.self) { try SequenceDataset.load(configuration) }
    let toy = try TemporaryDataset(files: ["inter": interactions(["u a 1", "u b 2", "u c 3"])])
    #expect(throws: DataError.self) { try toy.load { $0.benchmarkFiles = [name, "valid", "test"] } }
    #expect(throws: ConfigurationError.self) {
      try Configuration(layers: [.init(source: "test", values: ["dataset": .text(name)])])
    }
  }

  @Test func `Conditions that do not fit their column are refused`() throws {
    let toy = try TemporaryDataset(files: ["inter": interactions(["u a 1", "u b 2", "u c 3"])])
    let intervals = DatasetConfiguration.ValueFilter.intervals(try #require(Intervals(parsing: "[1,2]")))
    for (column, filter) in [("item_id", intervals), ("timestamp", .tokens(["1"])), ("timestmp", intervals)] {
      #expect(throws: DataError.self) { try toy.load { $0.valueFilters = [column: filter] } }
    }
  }
}
