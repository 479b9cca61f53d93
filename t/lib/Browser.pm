# SPDX-License-Identifier: ISC
# A real browser, driven over a pair of pipes (the DevTools protocol): opens a
# page as somebody with a screen of some size would see it, answers questions
# about it, takes its picture, and knows what it asked the network for.
package Browser;

use strict;
use warnings;
use File::Temp ();
use IO::Select ();
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use POSIX ();
use Time::HiRes qw(time);
use MLS;

my $LIMIT = 60;		# seconds for an answer

# The browser's program, or undef.
sub program {
	return have('chromium');
}

sub new {
	my ($class) = @_;
	my $self = bless {
		program => program(), next => 1, in => '', events => [],
		home => File::Temp->newdir("$DIR/browser-XXXXXX"),
	}, $class;
	$self->begin;
	my $target = $self->ask('Target.createTarget', {url => 'about:blank'});
	$self->{session} = $self->ask('Target.attachToTarget',
	    {targetId => $target->{targetId}, flatten => JSON::PP::true()})
	    ->{sessionId};
	$self->ask($_) for qw(Page.enable Network.enable Runtime.enable);
	return $self;
}

sub begin {
	my ($self) = @_;
	pipe my $hear, my $tell or die "pipe: $!";
	pipe my $listen, my $speak or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$self->{home}/said";
		open STDERR, '>&', \*STDOUT;
		# Behind everything that is open, then down to 3 and 4.
		POSIX::dup2(fileno $hear, 40);
		POSIX::dup2(fileno $speak, 41);
		POSIX::dup2(40, 3);
		POSIX::dup2(41, 4);
		POSIX::close($_) for 5 .. 255;
		setpgrp;
		$ENV{HOME} = "$self->{home}";
		my @command = ($self->{program},
		    qw(--headless --remote-debugging-pipe),
		    # Its sandbox will not have root; the page is our own.
		    ($> == 0 ? '--no-sandbox' : ()),
		    qw(--disable-gpu --disable-dev-shm-usage --no-first-run
		    --disable-background-networking --disable-sync
		    --disable-component-update --disable-extensions
		    --disable-crash-reporter --no-proxy-server
		    --hide-scrollbars --force-color-profile=srgb),
		    "--user-data-dir=$self->{home}/profile", 'about:blank');
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	@$self{qw(pid owner tell listen)} = ($pid, $$, $tell, $listen);
}

sub end {
	my ($self) = @_;
	return unless $self->{pid} && $self->{owner} == $$;
	my $pid = delete $self->{pid};
	close $self->{tell};
	my $until = time + 5;
	while (waitpid($pid, POSIX::WNOHANG()) == 0) {
		kill 'KILL', -$pid if time > $until;
		select undef, undef, undef, 0.02;
	}
	kill 'KILL', -$pid;
}

sub DESTROY {
	local ($?, $@);
	$_[0]->end;
}

# Sends a command, gives its result; what else happens is kept in events.
sub ask {
	my ($self, $method, $arguments) = @_;
	my $id = $self->{next}++;
	my $text = JSON::PP->new->utf8->encode({
		id => $id, method => $method, params => $arguments // {},
		$self->{session} ? (sessionId => $self->{session}) : (),
	}) . "\0";
	while (length $text) {
		my $n = syswrite($self->{tell}, $text) //
		    die "the browser has ended: ", $self->said;
		substr $text, 0, $n, '';
	}
	while (1) {
		my $message = $self->hear;
		if (!defined $message->{id}) {
			push @{$self->{events}}, $message;
		} elsif ($message->{id} == $id) {
			die "$method: $message->{error}{message}\n"
			    if $message->{error};
			return $message->{result};
		}
	}
}

sub said {
	my ($self) = @_;
	return slurp("$self->{home}/said");
}

sub hear {
	my ($self) = @_;
	my $select = IO::Select->new($self->{listen});
	my $until = time + $LIMIT;
	while ($self->{in} !~ /\0/) {
		die "no answer from the browser: ", $self->said
		    unless $select->can_read($until - time);
		sysread $self->{listen}, $self->{in}, 1 << 16,
		    length $self->{in}
		    or die "the browser has ended: ", $self->said;
	}
	$self->{in} =~ s/\A([^\0]*)\0//;
	return JSON::PP->new->utf8->decode($1);
}

# Waits for an event and takes it.
sub await {
	my ($self, $method) = @_;
	while (1) {
		my $events = $self->{events};
		for my $i (0 .. $#$events) {
			return splice @$events, $i, 1
			    if $events->[$i]{method} eq $method;
		}
		push @$events, $self->hear;
	}
}

# show(file, width, 'light' or 'dark'): shows it on a screen of that width.
sub show {
	my ($self, $file, $width, $scheme) = @_;
	$self->ask('Emulation.setDeviceMetricsOverride', {
		width => $width, height => 800, deviceScaleFactor => 1,
		mobile => $width < 600 ? JSON::PP::true() : JSON::PP::false(),
	});
	$self->ask('Emulation.setEmulatedMedia', {features => [
		{name => 'prefers-color-scheme', value => $scheme}]});
	$self->{events} = [];
	$self->ask('Page.navigate', {url => "file://$file"});
	$self->await('Page.loadEventFired');
}

# What the page asked for since it was shown, itself included.
sub requests {
	my ($self) = @_;
	return map { $_->{params}{request}{url} }
	    grep { $_->{method} eq 'Network.requestWillBeSent' }
	    @{$self->{events}};
}

# The value of an expression in the page.
sub value {
	my ($self, $expression) = @_;
	my $r = $self->ask('Runtime.evaluate',
	    {expression => $expression, returnByValue => JSON::PP::true()});
	die $r->{exceptionDetails}{exception}{description}
	    if $r->{exceptionDetails};
	return $r->{result}{value};
}

# A picture of the whole page, or of the first screen, as PNG.
sub picture {
	my ($self, $whole) = @_;
	return decode_base64($self->ask('Page.captureScreenshot', {
		captureBeyondViewport => $whole ? JSON::PP::true() :
		    JSON::PP::false(),
	})->{data});
}

1;
