// SPDX-License-Identifier: MIT
/*
 * `lostwake`: a waiter with the classic mistake, for a recording in which a debugger finds it. It tests its condition
 * first and stores its state afterwards. The parcel comes in between, its wake-up finds a task that is not asleep, and
 * the waiter goes to sleep on a parcel that is there already. <linux/sched.h> has the right order.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "../../drivers/shell/shell.h"

static DECLARE_WAIT_QUEUE_HEAD(parcel_queue);
static bool parcel_delivered;

static enum hrtimer_restart deliver_parcel(struct hrtimer *timer)
{
	WRITE_ONCE(parcel_delivered, true);
	wake_up(&parcel_queue);
	return HRTIMER_NORESTART;
}

static noinline void wait_for_parcel(void)
{
	DECLARE_WAITQUEUE(wait, current);

	add_wait_queue(&parcel_queue, &wait);
	if (!READ_ONCE(parcel_delivered)) {
		udelay(1000); /* the parcel comes here */
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	remove_wait_queue(&parcel_queue, &wait);
}

static int lostwake_main(int argc, char **argv)
{
	struct hrtimer timer;

	parcel_delivered = false;
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = deliver_parcel;
	hrtimer_start(&timer, 500000, HRTIMER_MODE_REL);
	shell_printf("I wait for a parcel\n");
	wait_for_parcel();
	hrtimer_cancel(&timer);
	return signal_pending(current) ? -EINTR : 0;
}
SHELL_COMMAND(lostwake, lostwake_main, "", "miss a wake-up, by mistake", SHELL_TASK);
