# SecauditModule: modules of test/module, built for the server of the tests.
#
#   use SecauditModule;
#   my $path = server_module('validator', needs => 'libpq/oauth.h');
#
# The whole test is skipped where there is no compiler, or where the server has
# no headers, or not the one that the module needs.
package SecauditModule;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename qw(dirname);
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(server_module);

my $top = abs_path(dirname(__FILE__) . '/../..');

sub server_module
{
	my ($name, %opt) = @_;
	my $cc = $ENV{CC} // 'cc';
	my $headers = $ENV{SERVER_HEADERS} // '';
	my $needs = $opt{needs} // 'postgres.h';
	my $module = "$PostgreSQL::Test::Utils::tmp_check/$name.so";

	plan skip_all => 'no C compiler to build the module with' if system("$cc --version >/dev/null 2>&1") != 0;
	plan skip_all => "the server has no $needs to build the module with" if !-f "$headers/$needs";
	chomp(my $libpq = qx{pg_config --includedir});
	system_or_bail($cc, '-shared', '-fPIC', '-O1', '-isystem', $headers, '-isystem', $libpq, "-I$top/src", '-o', $module, "$top/test/module/$name.c");
	return $module;
}

1;
