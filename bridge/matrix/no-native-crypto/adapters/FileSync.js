// As `lowdb/adapters/FileSync`.
module.exports = {};
