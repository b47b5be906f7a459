import Literals
import Testing
import Tuner

@Suite struct ConditionTests {
  private static let numbers: [Literal] = [.integer(1), .number(1), .number(2.5), .integer(3)]

  @Test(arguments: [
    ("a=1", [true, true, false, false]), ("a == 1.0", [true, true, false, false]),
    ("a!=1", [false, false, true, true]),
    ("a<2.5", [true, true, false, false]), ("a <= 2.5", [true, true, true, false]),
    ("a>1", [false, false, true, true]),
    ("a>=1e0", [true, true, true, true]), ("a in 1,3", [true, true, false, true]),
    ("a in [2.5]", [false, false, true, false]),
    ("a  in (1, 2.5)", [true, true, true, false]), ("a in 3", [false, false, false, true]),
    ("a='1'", [false, false, false, false]),
  ])
  func `A condition compares values and not spelling`(text: String, expected: [Bool]) throws {
    let condition = try Condition(parsing: text)
    #expect(condition.name == "a" && condition.description == text)
    #expect(Self.numbers.map(condition.holds) == expected)
  }

  @Test(arguments: [
    ("b=gelu", true, false), ("b='gelu'", true, false), ("b!=gelu", false, true), ("b in gelu, tanh", true, false),
    ("b in ['relu']", false, true), ("b in relu,'gelu'", true, true), ("b<3", false, false),
  ])
  func `Texts are compared by equality`(text: String, gelu: Bool, relu: Bool) throws {
    let condition = try Condition(parsing: text)
    #expect(condition.holds(for: .text("gelu")) == gelu && condition.holds(for: .text("relu")) == relu)
  }

  @Test func `A trial without the value meets no condition`() throws {
    for text in ["a=1", "a!=1", "a<1", "a>=1", "a in 1,2"] {
      #expect(try !Condition(parsing: text).holds(for: nil))
    }
  }

  @Test func `The first comparison counts, and the rest is the value`() throws {
    #expect(try Condition(parsing: "a=x=y<z").comparison == .equal(.text("x=y<z")))
    #expect(try Condition(parsing: "a=x in y").comparison == .equal(.text("x in y")))
    #expect(try Condition(parsing: "=1").name == "")
    #expect(try Condition(parsing: "a=").comparison == .equal(.text("")))
    #expect(try Condition(parsing: "a=None").comparison == .equal(.null))
    #expect(try Condition(parsing: "a in [1,[2]]").comparison == .among([.integer(1), .list([.integer(2)])]))
  }

  @Test(arguments: [
    ("a", "NAME=VALUE, another of =, !=, <, <=, > or >=, or NAME in VALUE,VALUE"),
    ("", "NAME=VALUE, another of =, !=, <, <=, > or >=, or NAME in VALUE,VALUE"),
    ("a inside", "NAME=VALUE, another of =, !=, <, <=, > or >=, or NAME in VALUE,VALUE"),
    ("a in", "values after in, separated by commas"),
    ("a<", "a number after <; texts can be compared with =, != and in"),
    ("a>=many", "a number after >=; texts can be compared with =, != and in"), ("a=<1", "<= instead of =<"),
    ("a=>1", ">= instead of =>"), ("a<>1", "=, !=, <, <=, > or >= instead of <>"),
    ("a!==1", "!= instead of !=="), ("a in ,", "values after in, separated by commas"),
    ("a in []", "values after in, separated by commas"),
  ])
  func `What is no condition is refused with what would be one`(text: String, expected: String) {
    let error = #expect(throws: ReportError.self) { try Condition(parsing: text) }
    #expect(error?.description == "--where: found '\(text)'; expected \(expected)")
  }
}
