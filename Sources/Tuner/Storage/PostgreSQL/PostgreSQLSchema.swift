/// The schema of PostgreSQL that has the tables of the studies of a database.
enum PostgreSQLSchema {
  static let name = "run_hyper"
}
