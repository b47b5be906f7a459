import Foundation
import Testing

/// `dataset import`, through the real program.
@Suite struct DatasetImportTests {
  private static let columns = ["--user=customer", "--item=sku", "--time=date"]

  private static func run(_ program: Program, _ arguments: [String] = [], file: String = "orders.csv") throws
    -> Program.Ending
  {
    try program.run(["dataset", "import", "shop", file] + columns + arguments)
  }

  private static func table(_ program: Program, _ path: String = "datasets/shop/shop.inter") throws -> String {
    try String(contentsOf: program.folder.appendingPathComponent(path), encoding: .utf8)
  }

  private static let header = "user_id:token\titem_id:token\ttimestamp:float\n"

  @Test func `A table becomes a dataset that can be described and trained on`() throws {
    let program = try Program()
    let rows = (0..<60).map { "2024-05-\(10 + $0 % 6)T10:\(10 + $0 / 6):00Z,x,u\($0 % 6),\"i\($0 * 7 % 11)\"\r\n" }
    try program.write("\u{FEFF}date,price,customer,sku\r\n" + rows.joined(), to: "orders.csv")
    let ending = try Self.run(program)
    #expect(ending.status == 0, "\(ending.errors)")
    for piece in [
      "Read orders.csv: columns separated by commas, times as dates from 2024-05-10 to 2024-05-15",
      "Wrote datasets/shop/shop.inter, 60 rows", "Next: run-hyper dataset describe shop",
    ] { #expect(ending.errors.contains(piece), "\(ending.errors)") }
    let lines = try Self.table(program).split(separator: "\n")
    #expect(lines.count == 61)
    #expect(lines[1...2] == ["u0\ti0\t1715335800", "u1\ti7\t1715422200"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: program.folder.appendingPathComponent("datasets").path) == [
        "shop"
      ])
    let described = try program.run(["dataset", "describe", "shop"])
    #expect(described.output.contains("60 read, 60 kept"), "\(described.output)\(described.errors)")
    let trained = try program.run(["train", "--dataset=shop", "--epochs=1", "--hidden_size=8"])
    #expect(trained.status == 0, "\(trained.errors)")
  }

  @Test func `Rows keep their order and milliseconds, and what they lack is counted`() throws {
    let program = try Program()
    try program.write(
      """
      sku;date;customer
      b;1483656432124;ann
      a;1483656432123;ann
      ;1483656432125;ann
      c;;ann
      d;1483656432126;NA
      "e; f";1483656432127;null
      "e; f";1483656432128;Größe 7
      "\""g\""";1483656432129;"  "
      "\""g\""";1483656432130;0
      """, to: "orders.csv")
    let ending = try Self.run(program)
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(
      try Self.table(program) == Self.header
        + "ann\tb\t1483656432.124\nann\ta\t1483656432.123\nGröße 7\te; f\t1483656432.128\n0\t\"\"\"g\"\"\"\t1483656432.13\n"
    )
    for piece in [
      "note: 1 row without an item was left out, the first one in line 4",
      "note: 1 row without a time was left out, the first one in line 5",
      "note: 3 rows without a user were left out, the first one in line 6",
      "columns separated by semicolons, times as milliseconds",
    ] { #expect(ending.errors.contains(piece), "\(ending.errors)") }
    let described = try program.run(["dataset", "describe", "shop", "--eval_args={'split':{'LS':'test_only'}}"])
    #expect(described.status == 2 || described.output.contains("4 read"), "\(described.errors)")
  }

  @Test func `An existing dataset is replaced only on request, and its other files stay`() throws {
    let program = try Program()
    try program.write("customer\tsku\tdate\nu\ti\t1\n", to: "orders.csv")
    try program.write("epochs: 1\n", to: "data/shop/shop.yaml")
    #expect(try Self.run(program, ["--data_path=data"]).status == 0)
    let first = try Self.table(program, "data/shop/shop.inter")
    #expect(first == Self.header + "u\ti\t1\n")
    try program.write("customer\tsku\tdate\nv\tj\t2\n", to: "orders.csv")
    let refused = try Self.run(program, ["--data_path=data"])
    #expect(refused.status == 2)
    #expect(refused.errors.hasPrefix("error: data/shop/shop.inter: found an existing dataset; expected another name"))
    try program.write("customer\tsku\tdate\nv\tj\tx\n", to: "wrong.csv")
    #expect(try Self.run(program, ["--data_path=data", "--replace"], file: "wrong.csv").status == 2)
    #expect(try Self.table(program, "data/shop/shop.inter") == first)
    let replaced = try Self.run(program, ["--data_path=data", "--replace"])
    #expect(replaced.status == 0 && replaced.errors.contains("describe shop --data_path=data"), "\(replaced.errors)")
    #expect(try Self.table(program, "data/shop/shop.inter") == Self.header + "v\tj\t2\n")
    let folder = program.folder.appendingPathComponent("data/shop").path
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["shop.inter", "shop.yaml"])
  }

  @Test(arguments: [
    ("", "orders.csv: found an empty file"),
    (
      "customer,item,date\nu,i,1\n",
      "found no column 'sku', which --item names; expected one of 'customer', 'item', 'date'"
    ),
    ("customer,SKU,date\nu,i,1\n", "perhaps --item='SKU'"),
    ("customer|sku|date\n", "expected one of 'customer|sku|date'"),
    ("customer,sku,date,sku\n", "found the column 'sku' twice, which --item names"),
    ("customer,sku,date\n", "orders.csv: found a header without rows"),
    ("customer,sku,date\nu,,1\n", "orders.csv: found no row with a user, an item and a time"),
    ("customer,sku,date\nu,i,1\nu,i,soon\n", "orders.csv:3: found the time 'soon'; expected seconds or milliseconds"),
    ("customer,sku,date\nu,i,05.01.2017\n", "orders.csv:2: found the time '05.01.2017'"),
    (
      "customer,sku,date\nu,i,20170105\n",
      "which can be a date or a number of seconds; expected a date with dashes, such as 2017-01-05"
    ),
    (
      "customer,sku,date\nu,i,1\nu,i,2017-01-05\n", "orders.csv:3: found '2017-01-05', in dates, but line 2 has seconds"
    ),
    ("customer,sku,date\nu,\"a\tb\",1\n", "orders.csv:2: found the item 'a\\tb' with a tab or a line break"),
    ("customer,sku,date\n\"u\n\",i,1\n", "orders.csv:2: found the user 'u\\n' with a tab or a line break"),
    ("customer,sku,date\nu,i\n", "orders.csv:2: found 2 fields; expected 3, as in the header"),
    ("customer,sku,date\nu,i,1\n\"u,i,1\n", "orders.csv:3: found a field whose opening double quote is not closed"),
  ])
  func `A table with a mistake is refused with its line, and leaves nothing behind`(text: String, message: String)
    throws
  {
    let program = try Program()
    try program.write(text, to: "orders.csv")
    let ending = try Self.run(program)
    #expect(ending.status == 2 && ending.output == "")
    #expect(ending.errors.hasPrefix("error: ") && ending.errors.contains(message), "\(ending.errors)")
    #expect(ending.errors.split(separator: "\n").count == 1)
    #expect(!program.exists("datasets"))
  }

  /// With `£` for a byte that is no UTF-8.
  @Test(arguments: [
    ("££c", "found a file in UTF-16; expected UTF-8"),
    ("customer,sku,date\n£,i,1\n", "orders.csv:2: found a user that is not UTF-8"),
    ("£,customer,sku,date\n", "orders.csv:1: found a header that is not UTF-8"),
  ])
  func `Another encoding is refused with the tool that changes it`(text: String, message: String) throws {
    let program = try Program()
    // The first two are a byte order mark of UTF-16.
    let bytes = text.unicodeScalars.enumerated().map { place, scalar -> UInt8 in
      scalar.isASCII ? UInt8(scalar.value) : place == 1 ? 0xFE : 0xFF
    }
    try Data(bytes).write(to: program.folder.appendingPathComponent("orders.csv"))
    let ending = try Self.run(program)
    #expect(ending.status == 2)
    #expect(ending.errors.contains(message) && ending.errors.contains("iconv"), "\(ending.errors)")
  }

  @Test(arguments: [
    (["../owned", "orders.csv"] + columns, "found the name '../owned', which contains a slash"),
    (["shop", "none.csv"] + columns, "none.csv: found no such file; expected a table with a header"),
    (["shop", "."] + columns, ".: found a file that cannot be read"),
    (["shop", "orders.csv", "--user=a", "--item=a", "--time=b"], "--item: found 'a', which --user also names"),
    (["shop", "orders.csv", "--user=a", "--item=b"], "Missing expected argument '--time <column>'"),
    (["shop"] + columns, "Missing expected argument '<file>'"),
  ])
  func `A call with a mistake is refused`(arguments: [String], message: String) throws {
    let program = try Program()
    let ending = try program.run(["dataset", "import"] + arguments)
    #expect(ending.status == 2 && ending.errors.contains(message), "\(ending.errors)")
    #expect(!program.exists("datasets") && !program.exists("owned"))
  }

  @Test func `A folder that cannot be written is an error that leaves nothing behind`() throws {
    let program = try Program()
    try program.write("customer,sku,date\nu,i,1\n", to: "orders.csv")
    let ending = try Self.run(program, ["--data_path=orders.csv"])
    #expect(ending.status == 1)
    #expect(ending.errors.contains("orders.csv/shop/shop.inter: the dataset cannot be written"), "\(ending.errors)")
  }
}
