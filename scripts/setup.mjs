// Entry of every npm script. It must parse on old versions of Node, so that they get one clear line instead of a
// syntax error: no syntax newer than dynamic import in this file. The work is in setup/.
var major = Number(process.versions.node.split('.')[0]);
if (major < 18) {
  process.stderr.write(
    'Cannot start Halocline on Node ' + process.versions.node + ': 18 or newer is needed; install it from nodejs.org\n',
  );
  process.exit(1);
} else {
  import('./setup/tasks.mjs')
    .then(function (tasks) {
      return tasks.main(process.argv.slice(2));
    })
    .catch(function (error) {
      process.stderr.write(error.message + '\n');
      process.exitCode = 1;
    });
}
