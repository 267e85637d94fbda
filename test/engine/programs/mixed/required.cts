const name: string = "required";
module.exports = { name };
