import Literals

// The values of keys in canonical form.

extension DatasetConfiguration.ColumnSelection {
  var value: Literal {
    switch self {
    case .all: .text("*")
    case .some(let names): .list(names.map { .text($0) })
    }
  }
}

extension DatasetConfiguration.DuplicateRule {
  var value: Literal {
    switch self {
    case .keepAll: .null
    case .keepFirst: .text("first")
    case .keepLast: .text("last")
    }
  }
}

extension DatasetConfiguration.ValueFilter {
  var value: Literal {
    switch self {
    case .intervals(let intervals): .text(intervals.text)
    case .tokens(let tokens): .list(tokens.map { .text($0) })
    }
  }
}
